/** The look of the hosted pages: two calm columns, one on a phone; no asset from anywhere else. */

export const styles = `
:root{color-scheme:light;--ink:#1a1f36;--soft:#5b6478;--line:#d8dde6;--field:#8b94a7;--brand:#4a3fd6;
--brand-deep:#3a30b5;--paper:#fff;--shade:#f6f7fb;--bad:#c0123c;--bad-soft:#fdf0f3;--good:#0d7a4f}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:linear-gradient(90deg,var(--shade) 50%,var(--paper) 50%);color:var(--ink);
font:15px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Ubuntu,Cantarell,"Noto Sans","DejaVu Sans",sans-serif;
-webkit-font-smoothing:antialiased;font-variant-numeric:tabular-nums}
a{color:inherit}
h1,h2,p,dl,dd,ul,table,fieldset{margin:0;padding:0}
h1,h2{font-weight:600}
fieldset{border:0;min-width:0}
ul{list-style:none}
.page{display:grid;grid-template-columns:1fr 1fr;min-height:100vh}
.summary{display:flex;justify-content:flex-end;padding:56px 72px 40px 32px}
.pay{padding:56px 32px 40px 72px;background:var(--paper);box-shadow:-16px 0 32px -24px rgba(26,31,54,.16)}
.column{width:100%;max-width:408px;display:flex;flex-direction:column}
.summary>.column{position:sticky;top:56px;align-self:flex-start;min-height:calc(100vh - 96px)}
.pay .column{max-width:424px}
.merchant{display:flex;align-items:center;gap:10px;flex-wrap:wrap;min-height:28px}
.back{display:inline-flex;align-items:center;gap:10px;color:var(--ink);text-decoration:none;font-weight:600;border-radius:6px;
margin-left:-6px;padding:2px 6px}
.back svg{color:var(--soft);transition:transform .15s}
.back:hover svg{transform:translateX(-2px);color:var(--ink)}
.badge{display:inline-block;padding:3px 9px;border-radius:999px;background:#fff3d6;color:#7a4a00;border:1px solid #f2d79a;
font-size:11px;line-height:16px;font-weight:700;letter-spacing:.02em;white-space:nowrap}
.heading{margin-top:30px;color:var(--soft);font-size:16px;font-weight:500}
.total-large{margin-top:2px;font-size:38px;line-height:1.2;font-weight:650;letter-spacing:-.02em}
.lines{margin-top:34px}
.line{display:grid;grid-template-columns:44px 1fr auto;gap:14px;padding:0 0 18px}
.tile{width:44px;height:44px;border-radius:8px;display:grid;place-items:center;background:#e9e8fb;color:var(--brand-deep);
font-weight:650;font-size:17px}
.line-name{font-weight:550;overflow-wrap:anywhere}
.line-note{color:var(--soft);font-size:13.5px;overflow-wrap:anywhere}
.line-amount{text-align:right;font-weight:550}
.line-amount span{display:block;color:var(--soft);font-weight:400;font-size:13.5px}
.sums{margin-left:58px;border-top:1px solid var(--line)}
.sums div{display:flex;justify-content:space-between;padding:13px 0 0;color:var(--soft)}
.sums .due{margin-top:14px;padding-top:14px;border-top:1px solid var(--line);color:var(--ink);font-weight:600}
.footer{margin-top:auto;padding-top:56px;color:var(--soft);font-size:12.5px}
.footer strong{font-weight:600;color:var(--ink)}
h2{font-size:17px;letter-spacing:-.005em}
.block{margin-top:28px}
label,.label{display:block;margin-bottom:6px;font-size:13.5px;font-weight:550;color:#3c4257}
input,select{width:100%;min-height:42px;padding:8px 12px;border:1px solid var(--field);border-radius:7px;background:#fff;color:var(--ink);
font:inherit;box-shadow:0 1px 1px rgba(26,31,54,.05);transition:border-color .12s,box-shadow .12s}
input::placeholder{color:#6b7488;opacity:1}
input:hover,select:hover{border-color:var(--soft)}
:is(input,select):focus{outline:0;border-color:var(--brand);box-shadow:0 0 0 3px rgba(74,63,214,.22);position:relative;z-index:2}
input[readonly]{background:var(--shade);color:var(--soft)}
:is(input,select)[aria-invalid=true]{border-color:var(--bad);color:var(--bad);z-index:1}
.tick input[aria-invalid=true]{outline:2px solid var(--bad);outline-offset:1px}
input[aria-invalid=true]:focus{box-shadow:0 0 0 3px rgba(192,18,60,.18)}
select{appearance:none;padding-right:34px;background:#fff url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='12' height='8' fill='none' stroke='%235b6478' stroke-width='1.6'%3E%3Cpath d='m1 1.5 5 5 5-5'/%3E%3C/svg%3E") no-repeat right 13px center}
.field{margin-top:16px}
.group{display:grid;grid-template-columns:1fr 1fr}
.group>*{position:relative;min-width:0}
.group input,.group select{border-radius:0;position:relative}
.wide{grid-column:1/-1}
.group .wide:first-child :is(input,select){border-radius:7px 7px 0 0}
.group .wide~*:not(.wide) input{margin-top:-1px}
.group .first input{border-bottom-left-radius:7px}
.group .last input{border-bottom-right-radius:7px;margin-left:-1px;width:calc(100% + 1px)}
.group .under input{margin-top:-1px;border-radius:0 0 7px 7px}
.group .mid input{margin-top:-1px}
.group .next input{margin-left:-1px;width:calc(100% + 1px)}
.brands{position:absolute;right:10px;top:9px;display:flex;gap:4px;pointer-events:none;z-index:3}
.group .with-brands input{padding-right:118px}
.error{display:flex;gap:7px;margin-top:8px;color:var(--bad);font-size:13.5px;line-height:1.45}
.error:before{content:"!";flex:none;width:16px;height:16px;margin-top:2px;border-radius:50%;background:var(--bad);color:#fff;
font-size:11px;line-height:16px;text-align:center;font-weight:700}
.methods{margin-top:12px;border:1px solid var(--line);border-radius:10px;background:#fff;box-shadow:0 1px 2px rgba(26,31,54,.05)}
.method+.method{border-top:1px solid var(--line)}
.choice{display:flex;align-items:center;gap:11px;margin:0;padding:14px 16px;font-size:15px;font-weight:550;color:var(--ink);cursor:pointer}
.choice input{appearance:none;width:16px;height:16px;min-height:0;padding:0;margin:0;flex:none;border-radius:50%;border:1px solid #8a94a8;cursor:pointer}
.choice input:checked{border:5px solid var(--brand)}
.choice small{margin-left:auto;color:var(--soft);font-weight:400;font-size:12.5px}
.panel{display:none;padding:2px 16px 18px}
.method:has(.choice input:checked) .panel{display:block}
.single .panel{display:block;padding:0}
.single.methods{border:0;border-radius:0;box-shadow:none;margin-top:16px}
.panel .field:first-child{margin-top:0}
.download{display:inline-flex;align-items:center;gap:8px;margin-top:14px;align-self:flex-start;color:var(--brand-deep);font-weight:550;border-radius:6px}
.line.flat{grid-template-columns:1fr auto}
.sums.plain{margin-left:0}
.summary .facts{background:#fff}
.ask{margin-bottom:22px}
.ask p{margin-top:6px;color:var(--soft)}
.ask .submit{margin-top:16px}
.optional{color:var(--soft);font-weight:400}
.heading-2{padding:0;font-size:17px;font-weight:600;letter-spacing:-.005em}
.heading-note{margin-top:6px;color:var(--soft);font-size:15px}
.choice .cost{margin-left:auto;font-weight:500}
.choice .days{display:block;margin:0}
.tick{display:flex;gap:11px;align-items:flex-start;margin:0;font-size:14px;font-weight:400;line-height:1.5;color:var(--ink);cursor:pointer}
.tick input{flex:none;width:17px;height:17px;min-height:0;margin:2px 0 0;padding:0;accent-color:var(--brand)}
.block:has(#sameAddress:checked) .other-address{display:none}
.quantity{display:flex;align-items:center;gap:8px;margin-top:6px}
.quantity label{margin:0;color:var(--soft);font-weight:400}
.quantity input[type=number]{width:68px;min-height:34px;padding:4px 4px 4px 10px}
.mini{min-height:34px;padding:4px 13px;border:1px solid var(--field);border-radius:7px;background:#fff;color:var(--ink);font:inherit;font-size:13.5px;font-weight:600;cursor:pointer}
.mini:hover{border-color:var(--soft);background:var(--shade)}
.promotion{margin:0 0 18px 58px}
.code-form{display:flex;gap:8px}
.code-form .mini{min-height:42px}
.applied{display:flex;align-items:center;gap:10px;flex-wrap:wrap}
.applied .code{display:inline-flex;align-items:center;gap:7px;padding:5px 11px;border-radius:7px;background:#e9e8fb;color:var(--brand-deep);font-weight:600;font-size:13.5px;overflow-wrap:anywhere}
.applied .saves{margin-left:auto;color:var(--good);font-weight:550}
.error{outline:0}
.done{margin-top:8px;color:var(--good);font-size:13.5px;outline:0}
.words{margin-top:22px;text-align:center}
.words+.submit{margin-top:14px}
.submit+.words{margin-top:14px}
.card .message{color:var(--ink);font-weight:500}
a.quiet{padding:11px 16px;text-align:center;text-decoration:none}
.note{color:var(--soft);font-size:13px;margin-top:12px}
.submit{display:block;width:100%;min-height:48px;margin-top:30px;padding:11px 16px;border:0;border-radius:8px;background:var(--brand);color:#fff;
font:inherit;font-size:16px;font-weight:600;cursor:pointer;text-align:center;text-decoration:none;
box-shadow:0 1px 1px rgba(0,0,0,.14),0 3px 8px rgba(58,48,181,.22);transition:background .12s}
.submit:hover{background:var(--brand-deep)}
:is(.submit,.quiet,.fill,.mini,summary,.back,.choice input,.tick input,a):focus-visible{outline:2px solid var(--brand);outline-offset:2px}
.submit[aria-disabled=true]{background:#7d76de;cursor:progress}
.submit[aria-disabled=true]:after{content:"";display:inline-block;width:14px;height:14px;margin:0 0 -2px 10px;border-radius:50%;
border:2px solid rgba(255,255,255,.5);border-top-color:#fff;animation:spin .8s linear infinite}
@keyframes spin{to{transform:rotate(1turn)}}
.small{margin-top:14px;color:var(--soft);font-size:12.5px;text-align:center}
.tests{margin-top:22px;border:1px solid #f0dfb4;border-radius:10px;background:#fffaf0;font-size:13.5px}
summary{padding:11px 15px;cursor:pointer;font-weight:600;color:#6b4300;border-radius:10px}
.tests ul{padding:0 15px 6px}
.tests li{display:flex;align-items:center;gap:12px;padding:8px 0;border-top:1px solid #f3e6c6}
.tests code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:nowrap}
.tests li span{display:block;color:#6d5a35;font-size:13px}
.fill{margin-left:auto;padding:4px 12px;border:1px solid #dcc48a;border-radius:6px;background:#fff;color:#6b4300;font:inherit;font-size:13px;font-weight:600;cursor:pointer}
.fill:hover{background:#fff3d6}
.quiet{display:block;width:100%;min-height:46px;margin-top:10px;border:1px solid var(--field);border-radius:8px;background:#fff;color:var(--ink);font:inherit;font-weight:600;cursor:pointer}
.quiet:hover{border-color:var(--soft)}
.notice{background:var(--shade);min-height:100vh;display:grid;place-items:center;padding:24px}
.card{width:100%;max-width:440px;padding:36px 36px 32px;border-radius:14px;background:#fff;border:1px solid #e6e9f0;box-shadow:0 18px 40px -22px rgba(26,31,54,.28)}
.card .badge{margin-bottom:22px}
.card h1{font-size:22px;line-height:1.3;letter-spacing:-.012em}
.card p{margin-top:10px;color:var(--soft)}
.facts{margin-top:22px;border:1px solid var(--line);border-radius:10px;background:var(--shade)}
.facts div{display:flex;justify-content:space-between;gap:16px;padding:11px 15px}
.facts div+div{border-top:1px solid var(--line)}
.facts dt{color:var(--soft)}
.facts dd{font-weight:550;text-align:right;overflow-wrap:anywhere}
.mark{width:48px;height:48px;margin-bottom:18px;border-radius:50%;display:grid;place-items:center;background:#e7f6ef;color:var(--good)}
.mark.wait{background:#fff3d6;color:#7a4a00}
.mark.bank{background:#e9e8fb;color:var(--brand-deep)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:920px){.summary{padding-right:40px}.pay{padding-left:40px}}
@media (max-width:760px){
body{background:var(--paper)}
.page{display:block;min-height:0}
.summary{padding:22px 20px 28px;background:var(--shade);border-bottom:1px solid #e9ecf2}
.pay{padding:30px 20px 36px;box-shadow:none}
.column,.pay .column{max-width:560px;margin:0 auto}
.summary>.column{position:static;min-height:0}
.heading{margin-top:22px}.total-large{font-size:33px}.lines{margin-top:24px}
.summary .footer{display:none}
.notice{padding:16px}.card{padding:28px 24px}
input,select{font-size:16px}
.with-brands input:not(:placeholder-shown){padding-right:12px!important}
.with-brands input:not(:placeholder-shown)~.brands{display:none}
}
@media (min-width:761px){.pay .footer{display:none}}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
`

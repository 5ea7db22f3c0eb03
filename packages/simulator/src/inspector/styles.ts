/** The look of the inspector: quiet, dense, one accent; two panes on a desk, one on a phone. */
import { viewStyles } from './view-styles.ts'

const pageStyles = `
:root{color-scheme:light;--ink:#1a1f36;--soft:#596175;--faint:#eceef3;--line:#dde1e9;--field:#8b94a7;--brand:#4a3fd6;--brand-soft:#efeefc;
--paper:#fff;--shade:#f6f7fa;--bad:#b3123a;--bad-soft:#fdeef2;--good:#0b6b45;--good-soft:#e6f5ee;--wait:#7a4a00;--wait-soft:#fff3d6;--mark:#fff2b8}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--ink:#e6e8f0;--soft:#a0a8bd;--faint:#23273a;--line:#2f3449;--field:#6d7690;--brand:#a59eff;
--brand-soft:#2a2a52;--paper:#141725;--shade:#1a1e2e;--bad:#ff8fa8;--bad-soft:#43202c;--good:#6fd8a8;--good-soft:#173a2d;--wait:#f3c66b;--wait-soft:#40341a;--mark:#54481a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:13.5px/1.45 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Ubuntu,Cantarell,"Noto Sans","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
h1,h2,h3,p,ul,dl,dd,pre,fieldset,table{margin:0;padding:0}
h1,h2,h3{font-weight:600;font-size:14px}
ul{list-style:none}
fieldset{border:0;min-width:0}
code,pre,.verb{font:12px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
a{color:inherit;text-underline-offset:2px}
:is(a,button,summary,input,select,pre,h2,main):focus-visible{outline:2px solid var(--brand);outline-offset:1px}
:is(main,h2):focus{outline-offset:-2px}
main:focus-visible{outline:0}
.skip{position:absolute;left:8px;top:-60px;z-index:9;padding:8px 12px;background:var(--paper);border:1px solid var(--line);border-radius:6px}
.skip:focus{top:8px}
#frame{display:grid;grid-template:"bar bar" auto "side main" 1fr/250px minmax(0,1fr);min-height:100vh}
.bar{grid-area:bar;display:flex;align-items:center;gap:12px;height:44px;padding:0 18px;border-bottom:1px solid var(--line)}
.brand{font-weight:650;font-size:14.5px;text-decoration:none;letter-spacing:-.01em}
.badge{padding:1px 8px;border-radius:999px;background:var(--wait-soft);color:var(--wait);font-size:10.5px;line-height:17px;font-weight:700;letter-spacing:.02em;white-space:nowrap}
.state{display:inline-flex;align-items:center;gap:7px;margin-left:auto;color:var(--soft);font-size:12.5px}
.state:not(:empty):before{content:"";width:8px;height:8px;border-radius:50%;background:var(--good)}
.state[data-kind=gone]{color:var(--bad);font-weight:600}
.state[data-kind=gone]:before{background:var(--bad)}
.bar noscript{margin-left:auto;color:var(--soft)}
html:not(.js) .needs-js{display:none}
.side{grid-area:side;display:flex;flex-direction:column;padding:14px 10px;background:var(--shade);border-right:1px solid var(--line)}
.side h2{padding:0 8px 6px;color:var(--soft);font-size:12px}
.side li a{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 8px}
.side a{position:relative;display:block;padding:5px 8px;border-radius:7px;text-decoration:none;overflow-wrap:anywhere}
.side a:hover{background:var(--faint)}
.side a[aria-current]{background:var(--brand-soft);color:var(--brand)}
.side .below a{margin-left:12px}
.side code{font-size:11.5px}
.side .sub{grid-area:2/1/auto/-1;font-size:11.5px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.pill .day{color:inherit}
.side .count{align-self:start}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.side-foot{margin-top:14px;padding-top:10px;border-top:1px solid var(--line)}
.fine{margin-top:auto;padding:18px 8px 0;color:var(--soft);font-size:12px}
.fine strong{font-weight:600}
main{grid-area:main;display:flex;flex-direction:column;min-width:0;padding:14px 20px 28px}
.head{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 12px}
.head h1{font-size:17px;letter-spacing:-.01em}
.head h1 code{font-size:15px;font-weight:650}
.now{margin-left:auto}
.tabs{display:flex;gap:2px;margin:8px -20px 0;padding:0 14px;border-bottom:1px solid var(--line);overflow-x:auto;scrollbar-width:none}
.tabs a{padding:7px 9px 8px;border-bottom:2px solid transparent;color:var(--soft);text-decoration:none;white-space:nowrap}
.tabs a:hover{color:var(--ink)}
.tabs a[aria-current]{border-color:var(--brand);color:var(--ink);font-weight:600}
.tabs a:focus-visible{outline-offset:-3px}
.count{padding:0 6px;border-radius:999px;background:var(--faint);color:var(--soft);font-size:11.5px;font-weight:500}
.count.hot{background:var(--bad-soft);color:var(--bad);font-weight:600}
.notice{position:fixed;right:18px;bottom:18px;z-index:8;display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px;max-width:min(560px,calc(100vw - 36px));padding:10px 12px 10px 16px;
border-radius:10px;background:#1a1f36;color:#fff;box-shadow:0 8px 28px rgba(10,14,35,.35)}
.notice:not(.shown){clip-path:inset(50%)}
.notice:not(.shown) button{display:none}
.notice p{flex:1 1 auto}
.notice code{order:3;flex:1 1 100%;overflow-wrap:anywhere;user-select:all}
.notice #notice-tools{order:4}
.notice .close{color:inherit}
.notice.bad{background:#8c0f2f}
.outcome main{display:block;max-width:560px;margin:12vh auto;padding:0 20px}
.outcome :is(h1,p,pre){margin-bottom:14px}
@media (max-width:819px){
#frame{display:block}
.side{padding:10px 12px;border-right:0;border-bottom:1px solid var(--line)}
.side h2{display:none}
.side ul{display:flex;gap:4px;overflow-x:auto}
.side li{flex:0 0 auto;max-width:80vw}
.side .below a{margin-left:0}
.side li:has([aria-current]){order:-1}
.side-foot{margin-top:4px;padding-top:0;border:0}
.side .fine{display:none}
.bar{padding:0 16px}
main{padding:12px 16px 28px}
.tabs{margin:8px -16px 0;padding:0 8px}
}
`

export const styles = pageStyles + viewStyles

/** The look of the inspector's views: rows and what is opened beside them, JSON, cards, forms. */

export const viewStyles = `
.view{padding-top:12px}
.note,.hint,.sub,.none,.day{color:var(--soft)}
.note,.hint,.sub{font-size:12.5px}
.sub{display:block}
.sub.bad{color:var(--bad)}
.lead{max-width:74ch;margin-top:6px;color:var(--soft)}
.empty{padding:14px 2px;color:var(--soft)}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;min-height:32px;margin-bottom:8px}
.tools>.note{margin-left:auto}
.tools .act{margin-left:auto}
.filters{display:inline-flex;border:1px solid var(--line);border-radius:7px;overflow:hidden}
.filters a{padding:3px 11px;text-decoration:none;color:var(--soft)}
.filters a+a{border-left:1px solid var(--line)}
.filters a[aria-current]{background:var(--brand-soft);color:var(--brand);font-weight:600}
.filters a:focus-visible{outline-offset:-2px}
.find{display:flex;gap:6px}
.pill{display:inline-block;padding:0 8px;border-radius:999px;font-size:12px;line-height:19px;font-weight:600;white-space:nowrap}
.pill.good{background:var(--good-soft);color:var(--good)}
.pill.bad{background:var(--bad-soft);color:var(--bad)}
.pill.wait{background:var(--wait-soft);color:var(--wait)}
.pill.plain{background:var(--faint);color:var(--soft)}
table{width:100%;border-collapse:collapse}
th{padding:5px 8px;color:var(--soft);font-size:12px;font-weight:500;text-align:left;white-space:nowrap}
td{padding:5px 8px;border-top:1px solid var(--faint);vertical-align:top;white-space:nowrap}
.list td:first-child{width:100%;max-width:0;white-space:normal;overflow-wrap:anywhere}
.list .sub{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.list :is(td,th):last-child{text-align:right}
.list tr{position:relative}
.list tbody tr:hover{background:var(--shade)}
.list tr.on,.list tbody tr.on:hover{background:var(--brand-soft)}
a.row{display:flex;align-items:baseline;gap:8px;text-decoration:none}
.what{flex:1;min-width:0}
a.row:after{content:"";position:absolute;inset:0}
a.row:focus-visible{outline:0}
a.row:focus-visible:after{outline:2px solid var(--brand);outline-offset:-2px}
.row strong{font-weight:550}
.verb{display:inline-block;flex:none;min-width:3.4em;color:var(--soft);font-weight:650}
.split{margin-bottom:-18px}
.split.opened{display:grid;grid-template-columns:minmax(320px,5fr) minmax(0,7fr);gap:20px}
.detail{min-width:0}
.detail-head{display:flex;align-items:flex-start;gap:10px;padding-bottom:8px}
.detail-head h2{flex:1;font-size:15px;overflow-wrap:anywhere}
.close{flex:none;width:28px;height:28px;padding:0;border:0;border-radius:6px;background:none;font:inherit;line-height:28px;text-align:center;text-decoration:none;color:var(--soft);cursor:pointer}
.close:hover{background:var(--faint)}
.facts{display:flex;flex-wrap:wrap;gap:6px 22px;padding-bottom:10px}
.facts dt{color:var(--soft);font-size:12px}
.facts dd{overflow-wrap:anywhere}
.fault{margin-bottom:10px;padding:8px 12px;border-radius:8px;background:var(--bad-soft);color:var(--bad)}
.fault p{overflow-wrap:anywhere}
.block-head{display:flex;align-items:center;gap:10px;min-height:28px;margin-top:12px}
.block-head>:last-child:not(:first-child){margin-left:auto}
.block-head a{font-size:12.5px;color:var(--soft)}
.json,.snippet pre{margin-top:4px;padding:9px 12px;border:1px solid var(--line);border-radius:8px;background:var(--shade);white-space:pre-wrap;overflow-wrap:anywhere}
.json .k{color:var(--ink)}
.json .t{color:var(--good)}
.json .n{color:var(--brand)}
mark{background:var(--mark);color:inherit;border-radius:3px}
.json mark{display:inline-block;min-width:100%;border-radius:0}
.lines del{color:var(--soft)}
.lines ins{background:var(--mark);text-decoration:none}
.lines .k{font-weight:650}
.lines li{padding:4px 0;border-top:1px solid var(--faint);overflow-wrap:anywhere}
.copy{min-width:52px;padding:1px 8px;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:var(--soft);font:inherit;font-size:12px;cursor:pointer}
.copy:hover{color:var(--ink);border-color:var(--field)}
.button{display:inline-block;padding:4px 12px;min-height:30px;border:1px solid var(--line);border-radius:7px;background:var(--paper);color:var(--ink);font:inherit;font-weight:550;line-height:20px;cursor:pointer;white-space:nowrap}
.button:hover{border-color:var(--field);background:var(--shade)}
.button.main{border-color:#4a3fd6;background:#4a3fd6;color:#fff}
.button.main:hover{background:#3a30b5}
.button.danger{color:var(--bad)}
.confirm .button.danger{border-color:#b3123a;background:#b3123a;color:#fff}
.button:disabled{opacity:.55;cursor:default}
summary{cursor:pointer}
summary.button{list-style:none}
summary.button::-webkit-details-marker{display:none}
details[open]>summary.button{background:var(--faint)}
input,select{min-height:30px;padding:3px 8px;border:1px solid var(--field);border-radius:6px;background:var(--paper);color:var(--ink);font:inherit;max-width:100%}
input[type=range]{width:100%;min-height:22px;padding:0;accent-color:var(--brand)}
input[type=file]{border:0;padding-left:0}
label,legend{display:block;margin-bottom:3px;font-weight:550;padding:0}
.hint{margin-top:3px;max-width:46ch}
.row-form{display:flex;flex-wrap:wrap;align-items:flex-start;gap:8px 12px}
.row-form>.button{margin-top:22px}
.row-form .field{max-width:100%}
.row-form.inline .field{display:flex;align-items:center;gap:8px}
.row-form.inline label{margin:0}
.row-form.inline>.button{margin:0}
.row-form select{max-width:340px}
.detail .row-form{margin:12px 0 6px}
.group{margin-top:20px}
.view>.group:first-child,.tools+.group{margin-top:6px}
.group>h2{margin-bottom:6px;overflow-wrap:anywhere}
.group>h2 .note{font-weight:400}
.deliveries{border-top:1px solid var(--faint)}
.deliveries details{border-bottom:1px solid var(--faint)}
.deliveries summary{display:flex;flex-wrap:wrap;align-items:center;gap:3px 10px;padding:5px 8px;list-style:none}
.deliveries summary:before{content:"▸";color:var(--soft);width:10px}
.deliveries [open]>summary:before{content:"▾"}
.deliveries summary::-webkit-details-marker{display:none}
.deliveries summary:hover{background:var(--shade)}
.deliveries summary strong{font-weight:550;overflow-wrap:anywhere}
.deliveries summary>.pill{min-width:82px;text-align:center}
.end{display:contents}
.chips{display:flex;flex-wrap:wrap;gap:3px}
.when{margin-left:auto;color:var(--soft);white-space:nowrap}
.inside{padding:2px 8px 12px 28px;overflow-x:auto}
.inside-foot{display:flex;flex-wrap:wrap;align-items:center;gap:12px;padding:8px 8px 0}
.cards{display:grid;gap:10px}
.card{padding:12px 14px;border:1px solid var(--line);border-radius:10px;min-width:0}
.card-head{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}
.card-head :is(h2,h3){overflow-wrap:anywhere}
.events{margin-top:4px;overflow-wrap:anywhere}
.events code{padding:1px 6px;border-radius:5px;background:var(--faint)}
.actions{display:flex;flex-wrap:wrap;align-items:flex-start;gap:8px;margin-top:10px}
.actions details[open]{flex-basis:100%;order:9}
.actions details .row-form,.confirm{margin-top:8px;padding:12px;border-radius:8px;background:var(--shade)}
.confirm p{max-width:64ch;margin-bottom:10px}
.actions+.row-form{margin-top:12px}
.clock{font-size:24px;font-weight:650;letter-spacing:-.01em}
.clock .day{color:inherit}
.clock .note{font-size:13px;font-weight:400;letter-spacing:0}
.clock.small{font-size:17px}
.sheet{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(280px,100%),1fr));gap:22px 34px;max-width:1080px;margin-top:10px}
.sheet legend{margin-bottom:10px;font-size:14px;font-weight:600}
.sheet .field+.field,.sheet .pair+.field{margin-top:14px}
.sheet :is(input:not([type=range]),select){width:100%}
.sheet-foot{grid-column:1/-1}
.slide{display:grid;grid-template-columns:1fr auto;gap:0 8px}
.slide>:is(input,.hint){grid-column:1/-1;margin-top:0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:12px}
.sheet .pair .field+.field{margin:0}
.counts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(230px,100%),1fr));gap:0 28px}
.counts div{display:flex;justify-content:space-between;gap:10px;padding:4px 0;border-bottom:1px solid var(--faint)}
.counts dd{font-weight:600}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(380px,100%),1fr));gap:0 34px;max-width:1080px}
.snippet{position:relative}
.snippet pre{padding-right:72px}
.snippet .copy{position:absolute;top:10px;right:8px}
.numbers{border-top:1px solid var(--faint)}
.numbers li{display:grid;grid-template-columns:auto 1fr auto;align-items:center;gap:12px;min-height:32px;border-bottom:1px solid var(--faint)}
.numbers span{color:var(--soft);text-align:right}
.group details:not(.deliveries details,.actions details){margin-top:8px}
@media (min-width:1100px){
.split .list,.split .detail{max-height:calc(100vh - 156px);overflow:auto;overscroll-behavior:contain;padding-right:4px}
.split:not(.opened) .what:has(.sub){display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);align-items:baseline;gap:0 16px}
.list .tools{position:sticky;top:0;z-index:2;background:var(--paper);margin:0;padding-bottom:8px}
}
@media (max-width:1099px){.split.opened{display:block}.opened .list{display:none}.detail .close{font-size:17px}}
@media (max-width:819px){
.deliveries summary{display:grid;grid-template-columns:10px auto 1fr}
.deliveries .end{display:flex;flex-wrap:wrap;align-items:center;gap:10px;grid-column:2/-1}
.clock .note{display:block}
.row-form>.button{margin-top:0}
.row-form .field{flex:1 1 100%}
.row-form :is(input,select){width:100%}
.row-form.inline .field{display:block}
.row-form.inline label{margin-bottom:3px}
.tools>.note{display:none}
.now{margin-left:0}
}
`

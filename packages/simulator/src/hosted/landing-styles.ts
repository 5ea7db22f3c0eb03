/** What the landing page adds to the look of the hosted pages: a wider right side, code, live tables. */
import { styles } from './styles.ts'

/** Rows too wide for their box become two lines or more: what it is, and below it the rest. */
const cards = (box: string) => `
${box} :is(table,tbody){display:block}
${box} thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
${box} tr{display:flex;flex-wrap:wrap;align-items:baseline;gap:1px 12px;padding:7px 12px}
${box} tr+tr{border-top:1px solid #eef0f5}
${box} td{padding:0;border:0}
${box} .type{order:-2;flex:1 0 100%;overflow-wrap:anywhere}
${box} .outcome{order:-1}
${box} :is(.host,.id) :is(span,code){max-width:100%;white-space:normal;overflow-wrap:anywhere}
${box} [data-unit=attempt]:before{content:"attempt "}
${box} [data-unit=events]:after{content:" events"}
${box} [data-unit=endpoints]:after{content:" endpoints"}
`

export const landingStyles = `${styles}
.landing{grid-template-columns:clamp(440px,34vw,520px) minmax(0,1fr)}
.landing .summary{padding:28px;background:var(--shade)}
.landing .pay{padding:28px;display:flex;flex-direction:column;gap:24px;min-width:0}
.landing .column{max-width:452px}
.landing h1{margin-top:14px;font-size:27px;line-height:1.2;letter-spacing:-.022em;font-weight:650}
.lead{margin-top:8px;font-size:14px;color:var(--soft)}
.landing h2{font-size:15px}
.landing .block{margin-top:20px}
.landing .note{margin-top:8px}
.landing code,.landing pre{font:12px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.landing p code{padding:1px 5px;border-radius:5px;background:#e9ebf3;white-space:nowrap}
.snippet{position:relative;margin-top:8px}
.snippet pre{margin:0;padding:10px 58px 10px 14px;white-space:pre-wrap;overflow-wrap:anywhere;border-radius:9px;background:#1a1f36;color:#e8eaf6}
.snippet .copy{position:absolute;top:7px;right:7px;border-color:#454c6d;background:#2a3050;color:#e8eaf6}
.snippet .copy:hover{background:#363d63}
.copy{min-width:50px;padding:2px 6px;border:1px solid var(--line);border-radius:6px;background:#fff;color:var(--soft);font:inherit;
font-size:11.5px;font-weight:600;cursor:pointer}
.copy:hover{border-color:var(--field);color:var(--ink)}
:is(.copy,.scroll,.landing a):focus-visible{outline:2px solid var(--brand);outline-offset:2px}
.numbers{margin-top:8px;border:1px solid var(--line);border-radius:10px;background:#fff}
.numbers li{display:grid;grid-template-columns:auto 1fr auto;align-items:center;gap:12px;min-height:36px;padding:4px 8px 4px 13px}
.numbers li+li{border-top:1px solid #e9ecf2}
.numbers code{white-space:nowrap}
.numbers span{color:var(--soft);font-size:13px;text-align:right}
.fold{margin-top:6px}
.fold summary{padding:4px 0;color:var(--ink);font-size:13.5px}
.landing .footer{padding-top:20px}
.panel-box{display:flex;flex-direction:column;min-height:0}
.panel-head{display:flex;align-items:baseline;gap:12px}
.panel-head a,.panel-head .aside{margin-left:auto;color:var(--soft);font-size:12.5px}
.scroll{margin-top:8px;overflow:auto;border:1px solid var(--line);border-radius:10px;background:#fff}
.scroll table{width:100%;border-collapse:collapse;font-size:13px}
.scroll thead{background:var(--shade)}
.scroll th{position:sticky;top:0;padding:6px 10px;background:var(--shade);border-bottom:1px solid var(--line);color:var(--soft);
font-size:12px;font-weight:600;text-align:left;white-space:nowrap}
.scroll td{padding:5px 10px;border-top:1px solid #eef0f5;white-space:nowrap}
.scroll tr:first-child td{border-top:0}
.id code{display:block;max-width:11ch;overflow:hidden;text-overflow:ellipsis}
.scroll .type{width:100%;font-weight:550;white-space:normal}
@media (min-width:1700px){.id code{max-width:none}}
.host span{display:block;max-width:16ch;overflow:hidden;text-overflow:ellipsis}
.dim{color:var(--soft)}
.empty td{padding:16px 10px;color:var(--soft);white-space:normal}
.pill{display:inline-block;padding:0 8px;border-radius:999px;font-size:12px;line-height:20px;font-weight:650}
.pill.good{background:#e7f6ef;color:#0a6541}
.pill.bad{background:var(--bad-soft);color:var(--bad)}
.top{display:flex;align-items:center;gap:10px;min-height:24px}
.state{display:inline-flex;align-items:center;gap:7px;color:var(--soft);font-size:12.5px;font-weight:600}
.state[hidden]{display:none}
.state:before{content:"";width:8px;height:8px;border-radius:50%;background:var(--good);animation:pulse 2s ease-in-out infinite}
.state[data-kind=gone]{color:var(--bad)}
.state[data-kind=gone]:before{background:var(--bad);animation:none}
@keyframes pulse{50%{opacity:.35}}
@media (max-width:1399px){.landing{grid-template-columns:clamp(396px,33vw,440px) minmax(0,1fr)}.landing :is(.summary,.pay){padding:28px 24px}
.landing h1{font-size:24px}.scroll table{font-size:12.5px}.scroll :is(td,th){padding-left:8px;padding-right:8px}}
@media (min-width:1200px) and (min-height:640px){
.landing{height:100vh;min-height:0}
.landing .summary,.landing .pay{min-height:0;height:100vh;overflow:auto}
.landing .column{min-height:min-content}
.landing .accounts{flex:0 0 auto;max-height:30%}
.landing .events,.landing .attempts{flex:0 1 auto;min-height:110px}
}
@media (max-width:1199px){
.landing{display:block;min-height:0}
.landing .summary,.landing .pay{padding:26px 20px 30px;display:block}
.landing .column{max-width:none}
.panel-box+.panel-box{margin-top:26px}
.landing .summary .footer{display:none}
}
@media (max-width:1399px){${cards('.attempts')}}
@media (max-width:819px){${cards('.panel-box')}}
@media (min-width:1200px){.landing .pay .footer{display:none}.landing .summary .footer{display:block}}
@media (max-width:1199px){.landing .pay .footer{display:block}}
`

/** What the portal adds to the look of the hosted pages. */

export const portalStyles = `
body:has(.portal){background:linear-gradient(90deg,var(--shade) 40%,var(--paper) 40%)}
.portal{grid-template-columns:2fr 3fr}
.portal .column{max-width:330px}
.portal .pay .column{max-width:640px}
.portal .total-large{margin-top:30px;font-size:30px}
.portal h1{font-size:24px;letter-spacing:-.012em}
.portal .pay .back{align-self:flex-start;margin-bottom:18px;font-weight:550}
.portal .return{margin-top:26px;align-self:flex-start}
.portal .legal{display:flex;gap:16px;margin-top:26px;font-size:13px;color:var(--soft)}
.section{margin-top:34px}
.section>h2{padding-bottom:10px;border-bottom:1px solid var(--line);font-size:14px;color:var(--soft);font-weight:600}
.plan{padding:18px 0 4px}
.plan+.plan{margin-top:16px;border-top:1px solid var(--line)}
.plan h3{margin:0;font-size:18px;font-weight:600;display:flex;gap:10px;align-items:center;flex-wrap:wrap}
.plan .price{margin-top:2px;font-size:16px}
.plan .next{margin-top:6px;color:var(--soft)}
.state{padding:1px 9px;border-radius:999px;font-size:12px;font-weight:600;line-height:19px}
.state.good{background:#e7f6ef;color:#0a6541}.state.wait{background:#fff3d6;color:#7a4a00}.state.bad{background:var(--bad-soft);color:var(--bad)}
.actions{display:flex;gap:10px;flex-wrap:wrap;margin-top:16px}
.actions form{margin:0}
a.mini{display:inline-flex;align-items:center;text-decoration:none}
.rows{margin-top:4px}
.rows>li{display:flex;align-items:center;gap:12px;flex-wrap:wrap;padding:13px 0;border-bottom:1px solid #edf0f5}
.rows .what{flex:1 1 200px;min-width:0;overflow-wrap:anywhere}
.rows .what small{display:block;color:var(--soft);font-size:13.5px}
.rows form{margin:0}
.section>.mini{margin-top:14px}
.details{margin-top:4px}
.details div{display:grid;grid-template-columns:120px 1fr;gap:12px;padding:10px 0;border-bottom:1px solid #edf0f5}
.details dt{color:var(--soft)}
.details dd{overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;margin-top:4px}
th,td{padding:11px 10px 11px 0;text-align:left;border-bottom:1px solid #edf0f5;font-weight:400;vertical-align:top}
thead th{color:var(--soft);font-size:13px;padding-bottom:8px}
td:last-child,th:last-child{padding-right:0;text-align:right}
.lead{margin-top:14px;color:var(--soft)}
.choices{margin-top:18px}
.choices legend{padding:0;font-weight:600;margin-bottom:10px}
textarea{width:100%;min-height:84px;padding:9px 12px;border:1px solid var(--field);border-radius:7px;font:inherit;color:var(--ink);resize:vertical}
textarea:focus{outline:0;border-color:var(--brand);box-shadow:0 0 0 3px rgba(74,63,214,.22)}
.danger{background:var(--bad);box-shadow:none}.danger:hover{background:#9c0e30}
.narrow{max-width:424px}
.offer{margin-top:20px;padding:18px;border:1px solid #cfcaf5;border-radius:10px;background:#f5f4fe}
.offer .submit{margin-top:14px}
.said{margin-top:16px;padding:11px 14px;border-radius:8px;background:#e7f6ef;color:#0a6541;outline:0}
.portal .pay>.column>.error{margin-top:16px;padding:11px 14px;border-radius:8px;background:var(--bad-soft);outline:0}
.price-choice .state{margin-left:auto}
.portal button.submit{margin-top:20px}
.price-choice small{display:block;margin:0;color:var(--soft);font-weight:400;font-size:13.5px}
@media (max-width:760px){
body:has(.portal){background:var(--paper)}
.portal .column,.portal .pay .column{max-width:560px}
.portal .total-large{margin-top:18px;font-size:25px}
.portal .return{margin-top:14px}.portal .legal{margin-top:12px}.portal .legal:not(:has(a)){display:none}
.rows>li:has(form) .what{flex-basis:100%}
}
`

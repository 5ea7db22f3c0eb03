/** What JavaScript adds to a form that works without it: spacing, one-click test data, one payment a click. */

export const script = `
const form=document.querySelector('form[data-pay]');
if(form){
const number=form.elements.cardNumber,expiry=form.elements.cardExpiry,cvc=form.elements.cardCvc,iban=form.elements.iban;
const digits=(field,max)=>field.value.replace(/[^0-9]/g,'').slice(0,max);
const keepCaret=(field,format)=>{
const before=field.value.slice(0,field.selectionStart).replace(/[^0-9A-Za-z]/g,'').length;
field.value=format();
let at=0,seen=0;
while(at<field.value.length&&seen<before){if(/[0-9A-Za-z]/.test(field.value[at]))seen++;at++}
if(document.activeElement===field)field.setSelectionRange(at,at)};
const formatNumber=()=>{const d=digits(number,19);
return /^3[47]/.test(d)?[d.slice(0,4),d.slice(4,10),d.slice(10,15)].filter(Boolean).join(' '):(d.match(/.{1,4}/g)||[]).join(' ')};
const formatExpiry=()=>{let d=digits(expiry,4);if(/^[2-9]/.test(d))d=('0'+d).slice(0,4);
return d.length>2?d.slice(0,2)+' / '+d.slice(2):d};
if(number){number.addEventListener('input',()=>keepCaret(number,formatNumber));
expiry.addEventListener('input',event=>{if(event.inputType!=='deleteContentBackward')expiry.value=formatExpiry()});
cvc.addEventListener('input',()=>{cvc.value=digits(cvc,4)})}
if(iban)iban.addEventListener('input',()=>keepCaret(iban,()=>(iban.value.toUpperCase().replace(/[^0-9A-Z]/g,'').match(/.{1,4}/g)||[]).join(' ')));
for(const button of form.querySelectorAll('[data-fill]')){button.hidden=false;button.addEventListener('click',()=>{
const values=JSON.parse(button.dataset.fill);
for(const name of Object.keys(values)){const field=form.elements[name];
if(field&&!field.readOnly&&!(field.value&&!/^(card|iban|account|billingName)/.test(name))){field.value=values[name];field.removeAttribute('aria-invalid')}}
for(const error of form.querySelectorAll('.error'))error.remove();
submit.focus()})}
const submit=form.querySelector('.submit'),label=submit.textContent;
form.addEventListener('submit',event=>{
if(submit.getAttribute('aria-disabled')){event.preventDefault();return}
submit.setAttribute('aria-disabled','true');submit.textContent='Processing…'});
addEventListener('pageshow',()=>{submit.removeAttribute('aria-disabled');submit.textContent=label});
const carry=target=>{for(const [name,value] of new FormData(form))if(!target.elements[name]){
const kept=document.createElement('input');kept.type='hidden';kept.name=name;kept.value=value;target.append(kept)}};
for(const change of document.querySelectorAll('[data-revise-form]'))change.addEventListener('submit',()=>carry(change));
for(const choice of form.querySelectorAll('[data-revise]'))choice.addEventListener('change',()=>{
form.action=form.dataset.home+'/shipping';form.submit()});
}
const wrong=document.querySelector('[aria-invalid=true]');if(wrong)wrong.focus();
`

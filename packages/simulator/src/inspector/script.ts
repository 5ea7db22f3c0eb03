/** What JavaScript adds to the inspector: pages that follow what happens, actions in place, buttons that copy. */
import { morphScript } from './morph.ts'

export const script = `${morphScript}
const everyMs=2000,byId=(id)=>document.getElementById(id),frame=byId('frame'),state=byId('state');
document.documentElement.classList.add('js');
const tell=(text,kind)=>{if(state.textContent!==text){state.textContent=text;state.dataset.kind=kind}};
let turn=0,seen='',going=false;
const load=async(url)=>{
const mine=++turn;
try{
const answer=await fetch(url,{headers:{accept:'text/html'},cache:'no-store'});
if(!answer.ok)throw new Error('refused');
const text=await answer.text();
if(mine!==turn)return false;
if(text!==seen){
seen=text;
const fresh=new DOMParser().parseFromString(text,'text/html');
morph(frame,fresh.getElementById('frame'));
document.title=fresh.title}
tell('Live','live');return true
}catch{if(mine===turn)tell('Not answering','gone');return false}
};
const refresh=()=>going?false:load(frame.dataset.place);
const loop=async()=>{if(!document.hidden)await refresh();window.setTimeout(loop,everyMs)};
const clean=()=>{for(const form of document.querySelectorAll('[data-dirty]'))form.removeAttribute('data-dirty')};
const go=async(url)=>{
clean();
history.replaceState({y:window.scrollY},'');
going=true;
try{if(!await load(url))return false}finally{going=false}
history.pushState({y:0},'',url);
return true
};
document.addEventListener('click',async(event)=>{
if(event.button!==0||event.metaKey||event.ctrlKey||event.shiftKey||event.altKey)return;
const link=event.target.closest('a[href^="/"]');
if(link){
event.preventDefault();
const byKey=event.detail===0,{close}=link.dataset,isRow=link.classList.contains('row');
const isNarrow=window.matchMedia('(max-width:1099px)').matches;
if(!await go(link.getAttribute('href')))return;
showTab();
const row=close&&document.querySelector('[data-key="row-'+CSS.escape(close)+'"] a');
if(row)row.focus({preventScroll:!byKey&&!isNarrow});
else if(isRow)link.scrollIntoView({block:'nearest'});
if(isRow&&(byKey||isNarrow))byId('opened')?.focus({preventScroll:true});
else if(!row&&!link.isConnected)byId('main').focus({preventScroll:true});
if(!row&&isNarrow)byId('main').scrollIntoView();
return}
const copy=event.target.closest('[data-copy]');
if(copy&&navigator.clipboard){
await navigator.clipboard.writeText(copy.dataset.copy);
copy.textContent='Copied';window.setTimeout(()=>{copy.textContent='Copy'},1500)}
if(event.target.closest('#notice-close'))dismiss()
});
window.addEventListener('popstate',async(event)=>{
clean();
if(await load(location.pathname+location.search))window.scrollTo(0,event.state?.y??0)
});
document.addEventListener('keydown',(event)=>{
if(event.key==='Escape')document.querySelector('.detail .close')?.click();
const step=event.key==='ArrowDown'?1:event.key==='ArrowUp'?-1:0;
if(step===0||!event.target.matches('a.row'))return;
const rows=[...document.querySelectorAll('a.row')];
const next=rows[rows.indexOf(event.target)+step];
if(next){event.preventDefault();next.focus()}
});
let hiding=0;
const dismiss=()=>{
byId('notice').classList.remove('shown');
byId('notice-text').textContent=byId('notice-secret').textContent='';
byId('notice-tools').firstElementChild.dataset.copy=''};
const say=(text,{secret='',isBad=false}={})=>{
const box=byId('notice'),code=byId('notice-secret');
window.clearTimeout(hiding);
byId('notice-text').textContent=text;
code.textContent=secret;code.hidden=byId('notice-tools').hidden=secret==='';
byId('notice-tools').firstElementChild.dataset.copy=secret;
box.classList.toggle('bad',isBad);
box.classList.add('shown');
if(secret===''&&!isBad)hiding=window.setTimeout(dismiss,4000)
};
document.addEventListener('input',(event)=>{
const {target}=event,form=target.closest('form');
if(form)form.dataset.dirty='';
const shown=target.dataset.unit&&target.parentElement.querySelector('output');
if(shown)shown.textContent=target.value+' '+target.dataset.unit
});
document.addEventListener('submit',async(event)=>{
const form=event.target;
if(form.method==='get'){
event.preventDefault();
form.removeAttribute('data-dirty');
go('/?'+new URLSearchParams([...new FormData(form)].filter(([,value])=>value!=='')));
return}
if(form.dataset.done===undefined)return;
event.preventDefault();
const restores=form.dataset.restore!==undefined,scope=form.querySelector('[data-action]');
const body=restores?await form.querySelector('[type=file]').files[0].text():new URLSearchParams(new FormData(form));
const buttons=form.querySelectorAll('button');
for(const one of buttons)one.disabled=true;
try{
const answer=await fetch(scope?scope.value:form.getAttribute('action'),{method:'POST',body,headers:{accept:'application/json'}});
const told=await answer.json();
if(!answer.ok)throw new Error(told.error?.message??told.error);
form.removeAttribute('data-dirty');
await refresh();
form.reset();
const fold=form.closest('details');
if(fold&&fold.contains(document.activeElement)){fold.querySelector('summary').focus()}
if(fold&&fold.querySelector('summary.button'))fold.open=false;
say(form.dataset.done,{secret:told.secret})
}catch(error){say(error.message,{isBad:true})}
for(const one of buttons)one.disabled=false
});
const showTab=()=>document.querySelector('.tabs [aria-current]')?.scrollIntoView({block:'nearest',inline:'center'});
showTab();
tell('Live','live');window.setTimeout(loop,everyMs);
document.addEventListener('visibilitychange',()=>{if(!document.hidden)refresh()});
`

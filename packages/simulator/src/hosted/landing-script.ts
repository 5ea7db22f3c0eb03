/** What JavaScript adds to the landing page: rows that follow what happens, and buttons that copy. */

/** Rows alone are exchanged, so focus, selection elsewhere and scrolling stay where the reader left them. */
export const landingScript = `
const everyMs=2000,state=document.getElementById('state');
const tell=(text,kind)=>{if(state.textContent!==text){state.textContent=text;state.dataset.kind=kind}};
const refresh=async()=>{
try{
const answer=await fetch('/',{headers:{accept:'text/html'},cache:'no-store'});
if(!answer.ok)throw new Error('refused');
const fresh=new DOMParser().parseFromString(await answer.text(),'text/html');
for(const part of document.querySelectorAll('[data-live]')){
const other=fresh.getElementById(part.id);
if(other&&other.innerHTML!==part.innerHTML)part.replaceChildren(...other.childNodes)}
tell('Live','live')
}catch{tell('Not answering','gone')}
};
const loop=async()=>{if(!document.hidden)await refresh();window.setTimeout(loop,everyMs)};
state.hidden=false;tell('Live','live');window.setTimeout(loop,everyMs);
document.addEventListener('visibilitychange',()=>{if(!document.hidden)refresh()});
if(navigator.clipboard)for(const button of document.querySelectorAll('[data-copy]')){
button.hidden=false;
button.addEventListener('click',async()=>{
await navigator.clipboard.writeText(button.dataset.copy);
button.textContent='Copied';window.setTimeout(()=>{button.textContent='Copy'},1500)})}
`

/** Brings a page's elements to the state of a fresh copy in place, so that focus, scrolling and opened rows stay. */

/** Forms that somebody is filling in, and folds that somebody opened, are left to them. */
export const morphScript = `
const keyOf=(node)=>node.nodeType===1?(node.dataset.key??node.id):'';
const isOwn=(node,name)=>(node.nodeName==='DETAILS'&&name==='open')||(node.nodeName==='BUTTON'&&name==='disabled');
const morph=(node,fresh)=>{
if(node.isEqualNode(fresh))return;
if(node.nodeType!==1){if(node.nodeValue!==fresh.nodeValue)node.nodeValue=fresh.nodeValue;return}
if(node.dataset.dirty!==undefined||node.dataset.still!==undefined)return;
for(const {name} of [...node.attributes])if(!fresh.hasAttribute(name)&&!isOwn(node,name))node.removeAttribute(name);
for(const {name,value} of fresh.attributes)if(!isOwn(node,name)&&node.getAttribute(name)!==value)node.setAttribute(name,value);
const wants=[...fresh.childNodes],wanted=new Set(wants.map(keyOf)),keyed=new Map();
for(const child of node.childNodes){const key=keyOf(child);if(key)keyed.set(key,child)}
let at=node.firstChild;
for(const want of wants){
while(at&&keyOf(at)&&!wanted.has(keyOf(at))){const next=at.nextSibling;at.remove();at=next}
const key=keyOf(want);
let have=key?keyed.get(key):at&&!keyOf(at)?at:undefined;
if(have&&have.nodeName!==want.nodeName)have=undefined;
if(!have){node.insertBefore(want,at);continue}
if(have===at)at=at.nextSibling;else node.insertBefore(have,at);
morph(have,want)}
while(at){const next=at.nextSibling;at.remove();at=next}
};
`

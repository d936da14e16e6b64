import fc from 'fast-check'
import { marked, type Token } from 'marked'
import { pages } from '/work/main/src/slack/pages.js'
import { renderMarkdown } from '/work/main/src/slack/markdown.js'
const word = fc.constantFrom('alpha','beta','the','house','日本語','emoji🎉','über','x','http','1.5','don’t','snake_case','end.','yes,','(paren)','привет')
const words = fc.array(word,{minLength:1,maxLength:4}).map(w=>w.join(' '))
const inline: fc.Arbitrary<string> = fc.array(fc.oneof(words,words.map(w=>`**${w}**`),words.map(w=>`*${w}*`),words.map(w=>`_${w}_`),words.map(w=>`***${w}***`),words.map(w=>'`'+w+'`'),words.map(w=>'``'+w+'``'),words.map(w=>`~~${w}~~`),words.map(w=>`[${w}](https://example.com/a_b?x=1&y=2)`),words.map(w=>`[**${w}**](<https://example.com/q>)`),words.map(w=>`![${w}](https://example.com/i.png)`),fc.constant('https://example.com/some/path_x'),fc.constant('<https://example.com/z>'),fc.tuple(words,words,words).map(([a,b,c])=>`**${a} *${b}* ${c}**`),fc.constant('a &amp; b &lt; c'),fc.constant('**「太字」**です')),{minLength:1,maxLength:5}).map(p=>p.join(' '))
const code = fc.array(fc.constantFrom('const a = 1','if (a < b) {','','  return x && y','# comment','- dash','| pipe |','**'),{minLength:1,maxLength:5}).map(l=>l.join('\n')).filter(l=>l.trim()!=='')
const indent=(s:string,n:number)=>s.split('\n').map((l,i)=>i===0||l===''?l:' '.repeat(n)+l).join('\n')
const {block}=fc.letrec<{block:string,list:string}>(tie=>({
 list: fc.tuple(fc.boolean(),fc.array(fc.tuple(inline,fc.option(tie('list'),{freq:3,nil:undefined}),fc.constantFrom('','[ ] ','[x] ')),{minLength:1,maxLength:4})).map(([o,items])=>items.map(([t,sub,task],i)=>{const m=o?`${i+1}. `:'- '; return m+task+t+(sub===undefined?'':'\n'+' '.repeat(m.length)+indent(sub,m.length))}).join('\n')),
 block: fc.oneof({maxDepth:2},inline,fc.tuple(inline,inline).map(([a,b])=>a+'\n'+b),fc.tuple(fc.integer({min:1,max:4}),words).map(([n,t])=>'#'.repeat(n)+' '+t),tie('list'),inline.map(t=>'> '+t+'\n> '+t),tie('list').map(t=>t.split('\n').map(l=>'> '+l).join('\n')),code.map(c=>'```ts\n'+c+'\n```'),code.map(c=>'~~~\n'+c+'\n~~~'),fc.constant('---'),fc.tuple(inline,code).map(([t,c])=>'1. '+t+'\n\n   '+indent('```\n'+c+'\n```',3)),words.map(w=>w+'\n==='))
}))
const doc=fc.array(block,{minLength:1,maxLength:6}).map(b=>b.join('\n\n')+'\n')
function vis(tokens:Token[]):string{ let s=''; for(const t of tokens as any[]){ if(t.type==='code'||t.type==='codespan'||t.type==='escape') s+=t.text; else if(t.type==='html') s+='<HTML>'+t.raw; else if(t.type==='list') for(const i of t.items) s+=' '+(t.ordered?'':'')+vis(i.tokens); else if(t.tokens) s+=vis(t.tokens); else if(t.type==='text') s+=t.text; s+= ['paragraph','heading','list','code'].includes(t.type)?' ':'' } return s }
export const visible=(md:string)=>vis(marked.lexer(md)).replace(/&lt;/g,'<').replace(/&amp;/g,'&').replace(/[\s\u200b]/g,'')
const runs=Number(process.argv[2]??200)
function check(name:string,p:fc.IProperty<any>){ const t=Date.now(); const r=fc.check(p,{numRuns:runs}); console.log(name, r.failed?'FAIL':'ok', Date.now()-t,'ms'); if(r.failed) {console.log(JSON.stringify(r.counterexample), String(r.errorInstance??'').slice(0,1500))} }
check('live prefix',fc.property(doc,fc.array(fc.double({min:0,max:1,noNaN:true}),{minLength:10,maxLength:10}),(d,cs)=>{ const whole=visible(renderMarkdown(d,'final')); for(const c of cs){ const n=Math.floor(c*d.length); const live=renderMarkdown(d.slice(0,n),'live'); const v=visible(live); if(!whole.startsWith(v)) throw new Error(JSON.stringify(d.slice(0,n))+'\n'+live+'\n---\n'+v+'\n'+whole+'\n--- final\n'+renderMarkdown(d,'final')) } }))
check('final vs source',fc.property(doc,(d)=>{ const a=visible(renderMarkdown(d,'final')).replace(/[☐☑🖼]/gu,''); const b=visible(d.replace(/!\[/g,'[').replace(/\*\*「太字」\*\*/g,'「太字」').replace(/\[[ x]\] /g,'')); if(a!==b) throw new Error(JSON.stringify(d)+'\n'+renderMarkdown(d,'final')+'\n'+a+'\n'+b) }))
const long=fc.array(block,{minLength:8,maxLength:25,size:'max'}).map(b=>b.join('\n\n')+'\n')
let np=0
check('paged content',fc.property(long,fc.integer({min:500,max:1500}),(d,limit)=>{ const ps=pages(d,{final:true,limit}); np+=ps.length; const a=ps.map(visible).join('').replaceAll('…',''); const b=visible(renderMarkdown(d,'final')); if(a!==b){ let i=0; while(a[i]===b[i])i++; throw new Error("\n"+a+"\n"+b+"\n"+ps.join("\n=====\n")) } }))
console.log(np)

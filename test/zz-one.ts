import fc from 'fast-check'
import { renderMarkdown } from '../src/slack/markdown.js'
import { pages } from '../src/slack/pages.js'
import { documents, seen } from './slack/markdown-samples.js'
const bad=(m:string)=>pages(m,{final:true,limit:1000}).map(seen).join('').replaceAll('…','')!==seen(renderMarkdown(m,'final'))
const replay=process.argv[2]?{seed:Number(process.argv[2]),path:process.argv[3]}:{}
for(let round=0;round<(process.argv[2]?1:6);round++){
const r=fc.check(fc.property(documents({minLength:15,maxLength:40}),m=>!bad(m)),{numRuns:300,endOnFailure:true,...replay})
if(r.failed){ let blocks=(r.counterexample![0] as string).split('\n'); 
 for(let size=Math.ceil(blocks.length/2);size>=1;size=Math.floor(size/2)) for(let i=0;i<blocks.length;){const t=[...blocks.slice(0,i),...blocks.slice(i+size)]; if(bad(t.join('\n'))) blocks=t; else i+=size}
 const m=blocks.join('\n'); const ps=pages(m,{final:true,limit:1000}); console.log(m); const a=ps.map(seen).join('').replaceAll('…',''), b=seen(renderMarkdown(m,'final')); let i=0; while(a[i]===b[i])i++; console.log('A',a.slice(Math.max(0,i-40),i+60)); console.log('B',b.slice(Math.max(0,i-40),i+60)); console.log(ps.join('\n=====\n')); break } else console.log('ok') }

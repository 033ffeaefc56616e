/** How the page looks: light and dark as the reader's system is, in one column on a phone, and on paper. */
export const style = `
:root{color-scheme:light dark;--ground:#f4f6f8;--card:#fff;--ink:#18212b;--soft:#55616e;--edge:#d5dbe1;--line:#0b5cc4;--band:#0b5cc433;--grid:#e6eaee;
--ok:#1a7f37;--warn:#8a5a00;--bad:#b8232a;--down:#6a737d;--held:#7a42d1;--blocked:#b04a00;--tint-bad:#b8232a1f;--tint-down:#6a737d26;--tint-held:#7a42d11f}
@media (prefers-color-scheme:dark){:root{--ground:#0e1318;--card:#161d25;--ink:#e4ebf2;--soft:#9fadbb;--edge:#2c3742;--line:#6ab0ff;--band:#6ab0ff38;--grid:#222c36;
--ok:#4ac26b;--warn:#e0b04a;--bad:#ff8580;--down:#8d99a6;--held:#bd93ff;--blocked:#ffab66;--tint-bad:#ff858026;--tint-down:#8d99a62b;--tint-held:#bd93ff24}}
*{box-sizing:border-box}
html{scroll-padding:1rem 0 5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.page{max-width:76rem;margin:0 auto;padding:1.25rem 1rem 6rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}h3{font-size:1rem;margin:0}
p{margin:.4rem 0}a{color:var(--line)}.soft,dt,caption{color:var(--soft)}
:focus-visible{outline:3px solid var(--line);outline-offset:2px;border-radius:4px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--card);padding:.5rem 1rem;z-index:3}.skip:focus{top:.5rem}
header .soft{font-size:.9rem}nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:.75rem 0 0;padding:0;font-size:.9rem}nav a{display:inline-block;padding:.25rem 0}
.card,.verdict,.chart{background:var(--card);border:1px solid var(--edge);border-radius:10px}
.card{padding:1rem}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:0 .9rem;padding:1rem 1.1rem;margin-top:1.1rem;border-left:6px solid var(--tone);--tone:var(--down)}
.verdict.ok{--tone:var(--ok)}.verdict.warn{--tone:var(--warn)}.verdict.bad{--tone:var(--bad)}
.verdict svg{width:2rem;height:2rem;fill:none;stroke:var(--tone);stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round;grid-row:span 2}
.verdict .word{color:var(--tone);font-weight:700;font-size:.85rem;letter-spacing:.04em;text-transform:uppercase;margin:0}
.verdict .says{font-size:1.15rem;font-weight:600;margin:0;line-height:1.4}.verdict .then{grid-column:2;margin:.35rem 0 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0 0}
.figures div{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:.55rem .8rem}
.figures dt{font-size:.8rem}.figures dd{margin:0;font-size:1.15rem;font-weight:600}.figures dd small{font-weight:400;font-size:.8rem;color:var(--soft);display:block}
.lanes{display:grid;grid-template-columns:minmax(4.5rem,auto) 1fr;gap:.5rem .75rem;align-items:center;font-size:.85rem}
.lane{position:relative;height:1.35rem;background:linear-gradient(var(--grid),var(--grid)) center/100% 1px no-repeat}
.lane i,.lane b{position:absolute;top:0;bottom:0;min-width:3px;border-radius:2px}
.lane i{background:var(--tone);--tone:var(--down)}.lane .ok{top:40%;bottom:40%;--tone:var(--ok)}
.away,.failed,.dropped{--tone:var(--bad)!important}.held,.skipped{--tone:var(--held)!important}.blocked,.nacked,.memory,.missing{--tone:var(--blocked)!important}
.lane .down,.lane .unknown,.key .down,.key .unknown{background:repeating-linear-gradient(45deg,var(--down) 0 2px,transparent 2px 6px);border:1px solid var(--down)}.lane .unknown{opacity:.6}
.lane b{width:2px;min-width:2px;margin-left:-1px;top:-3px;bottom:-3px;background:var(--ink)}
.lane svg,.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.lane .band{fill:var(--held);opacity:.35}.lane .line{stroke:var(--held)}
.ticks{position:relative;height:1.1rem;font-size:.75rem;color:var(--soft)}.ticks span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.cursor-line{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);pointer-events:none}
table{border-collapse:collapse;width:100%;font-size:.875rem}th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-top:1px solid var(--edge);vertical-align:top}thead th{border-top:0;color:var(--soft);font-weight:600}
th[scope=row]{font-weight:400;white-space:nowrap}.scroll{overflow-x:auto;max-width:100%}
.events td:nth-child(2){white-space:nowrap}.events td:last-child{min-width:14rem;width:100%}.events td:last-child::before{content:"";display:inline-block;width:.65rem;height:.65rem;border-radius:2px;background:var(--tone,var(--down));margin-right:.5rem}
.events .start,.events .complete{--tone:var(--ok)}tr.hit{background:var(--tint-held)}
.fault{color:var(--bad);font-size:.85rem;margin:0}.small{font-size:.85rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.75rem}
.chart{margin:0;padding:.7rem .9rem .5rem;min-width:0}figcaption{display:flex;justify-content:space-between;gap:.75rem;align-items:baseline}.path{color:var(--soft);font-weight:400;font-size:.875rem}.about{color:var(--soft);font-size:.8rem;margin:0}.ends{display:flex;justify-content:space-between;font-size:.7rem;color:var(--soft);margin:.1rem 0 0}.now{font-weight:700;font-size:1.15rem;white-space:nowrap}
.plot{position:relative;height:6rem;margin:.35rem 0 0;border-bottom:1px solid var(--edge);background:var(--outages),var(--hours);touch-action:pan-y}
.line{fill:none;stroke:var(--line);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}.band{fill:var(--band)}
.extent{display:flex;gap:.1rem 1.1rem;margin:.4rem 0 0;font-size:.8rem;flex-wrap:wrap}.extent div{display:flex;gap:.35rem}.extent dd{margin:0}
details{font-size:.85rem;margin-top:.3rem}summary{cursor:pointer;color:var(--soft);padding:.2rem 0}details[open] .scroll{max-height:16rem;overflow:auto}
.group{grid-column:1/-1;margin:0}.group>summary{font-size:1rem;font-weight:600;color:var(--ink)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.8rem;color:var(--soft);margin:.75rem 0 0;padding:0;list-style:none}.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;background:var(--tone,var(--down));margin-right:.35rem;vertical-align:-.1rem}
.key .ok{--tone:var(--ok)}code{font:.85em ui-monospace,Consolas,Menlo,monospace}
.cursor{position:fixed;inset:auto 0 0;background:var(--card);border-top:1px solid var(--edge);padding:.5rem 1rem;z-index:2;font-size:.875rem}
.cursor label{display:flex;gap:.75rem;align-items:center;max-width:74rem;margin:0 auto}.cursor input{flex:1;min-width:6rem;accent-color:var(--line);height:1.75rem}.cursor output{min-width:3rem;font-weight:600}
.cursor p{max-width:74rem;margin:0 auto;color:var(--soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.cursor[hidden]{display:none}
footer{margin-top:2.5rem;font-size:.85rem;color:var(--soft)}
@media (max-width:34rem){.verdict{grid-template-columns:1fr}.verdict svg{display:none}.verdict .then{grid-column:1}.lanes{grid-template-columns:1fr;gap:.15rem}.lane{margin-bottom:.4rem}.figures{grid-template-columns:repeat(2,1fr)}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--soft:#444;--edge:#bbb;--line:#0b5cc4;--band:#0b5cc433;--grid:#e6eaee;--ok:#1a7f37;--warn:#8a5a00;--bad:#b8232a;--down:#6a737d;--held:#7a42d1;--blocked:#b04a00;--tint-bad:#b8232a1f;--tint-down:#6a737d26;--tint-held:#7a42d11f}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.page{max-width:none;padding:0}nav,.skip,.cursor,.cursor-line,.chart details{display:none!important}.chart,.verdict,.figures div,tr{break-inside:avoid}h2,h3{break-after:avoid}.charts{grid-template-columns:repeat(3,1fr)}.plot{height:4rem}}
`;

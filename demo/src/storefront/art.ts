// Owns the pictures of the goods, drawn as SVG so that the shop loads nothing from elsewhere.

const drawing = (label: string, body: string): string =>
  `<svg viewBox="0 0 480 360" role="img" aria-label="${label}" preserveAspectRatio="xMidYMid slice" ` +
  `xmlns="http://www.w3.org/2000/svg">${body}</svg>`

const ruled = (x: number, y: number, width: number, count: number, step: number): string =>
  Array.from(
    { length: count },
    (_, n) =>
      `<rect x="${x}" y="${y + n * step}" width="${width - (n % 3) * 18}" height="3" rx="1.5"/>`,
  ).join('')

const planner = drawing(
  'An open planner with a pen',
  `<rect width="480" height="360" fill="#dfe7e1"/>
<circle cx="392" cy="70" r="120" fill="#e9eee6"/>
<ellipse cx="240" cy="306" rx="190" ry="16" fill="#b9c8bf" opacity=".7"/>
<g transform="rotate(-4 240 190)">
<path d="M64 96 q88 -26 176 6 v200 q-88 -30 -176 -6z" fill="#1f5d4c"/>
<path d="M416 96 q-88 -26 -176 6 v200 q88 -30 176 -6z" fill="#184a3d"/>
<path d="M76 90 q84 -24 164 8 v192 q-82 -28 -164 -6z" fill="#fffdf8"/>
<path d="M404 90 q-84 -24 -164 8 v192 q82 -28 164 -6z" fill="#f8f4ea"/>
<path d="M240 98 v192" stroke="#dcd3c0" stroke-width="3"/>
<g fill="#d9d2c2" transform="skewY(4)">${ruled(100, 110, 112, 8, 17)}</g>
<g transform="skewY(-4)"><g fill="#d9d2c2">${ruled(266, 146, 116, 3, 17)}</g>
<g fill="none" stroke="#cfc6b2" stroke-width="2"><rect x="266" y="204" width="112" height="78" rx="4"/>
<path d="M266 230 h112 M266 256 h112 M294 204 v78 M322 204 v78 M350 204 v78"/></g>
<circle cx="308" cy="243" r="8" fill="#c8553d"/></g>
<path d="M228 92 l12 6 v58 l-7 -9 -7 7z" fill="#c8553d"/>
</g>
<g transform="translate(330 262) rotate(-32)"><rect x="0" y="0" width="128" height="12" rx="6" fill="#26221b"/>
<rect x="84" y="0" width="7" height="12" fill="#c9a24b"/><path d="M0 1 l-22 5 22 5z" fill="#c9a24b"/></g>`,
)

const poster = drawing(
  'A framed print of a harbour at evening',
  `<defs><linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f3b184"/>
<stop offset=".55" stop-color="#f6d3a8"/><stop offset="1" stop-color="#f8e7cb"/></linearGradient></defs>
<rect width="480" height="360" fill="#ece6db"/><rect y="300" width="480" height="60" fill="#ddd3c2"/>
<rect x="140" y="26" width="208" height="276" rx="2" fill="#b8ab95" opacity=".35"/>
<rect x="132" y="20" width="208" height="276" rx="2" fill="#fffdf9" stroke="#4a4034" stroke-width="5"/>
<svg x="156" y="44" width="160" height="204" viewBox="0 0 160 204">
<rect width="160" height="204" fill="url(#dusk)"/><circle cx="112" cy="92" r="25" fill="#d9583b"/>
<path d="M0 116 q40 -22 78 -6 t82 -8 v24 H0z" fill="#6f8793"/>
<rect y="120" width="160" height="84" fill="#2f5566"/>
<path d="M92 126 h40 M84 136 h54 M98 146 h30 M90 156 h44" stroke="#e59a6c" stroke-width="3" stroke-linecap="round"/>
<path d="M18 164 h52 l-8 15 h-36z" fill="#f8efe0"/><path d="M44 162 v-62 l26 54 h-26z" fill="#fffaf0"/>
<path d="M40 160 v-50 l-18 42 z" fill="#c8553d"/>
<path d="M0 190 q20 -6 40 0 t40 0 40 0 40 0 v14 H0z" fill="#234352"/></svg>
<rect x="206" y="266" width="60" height="3" rx="1.5" fill="#b8ab95"/>`,
)

const mug = drawing(
  'A stoneware mug on a table',
  `<rect width="480" height="360" fill="#e6e1ea"/><rect y="258" width="480" height="102" fill="#d3cbdb"/>
<rect x="332" y="40" width="92" height="132" rx="3" fill="#f4f1f7"/><path d="M378 40 v132 M332 106 h92" stroke="#e0d9e7" stroke-width="5"/>
<ellipse cx="238" cy="290" rx="136" ry="15" fill="#a99fb8" opacity=".55"/>
<path d="M304 160 h26 a44 44 0 0 1 0 88 h-30" fill="none" stroke="#33405c" stroke-width="20"/>
<path d="M146 124 h166 v108 q0 54 -54 54 h-58 q-54 0 -54 -54z" fill="#3c4a69"/>
<path d="M146 124 h46 v162 q-46 -4 -46 -54z" fill="#4a5a7d"/>
<path d="M146 214 q84 22 166 0 v18 q0 54 -54 54 h-58 q-54 0 -54 -54z" fill="#c7b69b"/>
<path d="M146 214 q84 22 166 0 v7 q-84 22 -166 0z" fill="#2b3650"/>
<ellipse cx="229" cy="124" rx="83" ry="18" fill="#2b3650"/><ellipse cx="229" cy="128" rx="70" ry="12" fill="#15192a"/>
<g fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".75">
<path d="M204 92 q-14 -18 0 -34 t0 -32"/><path d="M238 88 q-14 -18 0 -34 t0 -32"/></g>`,
)

const book = drawing(
  'A clothbound book with waves on its cover',
  `<rect width="480" height="360" fill="#dce6ea"/><rect y="272" width="480" height="88" fill="#c9d7dc"/>
<ellipse cx="246" cy="306" rx="150" ry="14" fill="#94aab2" opacity=".6"/>
<rect x="138" y="268" width="214" height="34" rx="4" fill="#b5553f"/><rect x="150" y="274" width="202" height="22" fill="#f7f1e4"/>
<path d="M150 281 h202 M150 288 h202" stroke="#e0d6c2" stroke-width="1.5"/>
<g transform="rotate(-3 240 160)"><path d="M158 40 h164 q10 0 10 10 v210 q0 10 -10 10 h-164z" fill="#1d4457"/>
<rect x="332" y="46" width="9" height="220" fill="#f3ecdc"/><rect x="150" y="40" width="22" height="230" rx="4" fill="#153443"/>
<rect x="196" y="72" width="112" height="46" rx="2" fill="#f3ecdc"/>
<rect x="212" y="86" width="80" height="5" rx="2.5" fill="#1d4457"/><rect x="226" y="99" width="52" height="4" rx="2" fill="#8aa2ab"/>
<g fill="none" stroke="#e3b873" stroke-width="4" stroke-linecap="round">
<path d="M192 160 q15 -14 30 0 t30 0 30 0 30 0"/><path d="M192 184 q15 -14 30 0 t30 0 30 0 30 0" opacity=".8"/>
<path d="M192 208 q15 -14 30 0 t30 0 30 0 30 0" opacity=".6"/><path d="M192 232 q15 -14 30 0 t30 0 30 0 30 0" opacity=".4"/></g></g>`,
)

/** By item id. Constants of ours, which is why pages may print them unescaped. */
export const ART: Readonly<Record<string, string>> = {
  premium_product_demo: planner,
  harbour_poster: poster,
  inkwell_mug: mug,
  book_of_tides: book,
}

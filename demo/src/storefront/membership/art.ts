// Owns the pictures of the membership, drawn as SVG like the goods: the room, its door, the archive.

const drawing = (label: string, body: string): string =>
  `<svg viewBox="0 0 480 360" role="img" aria-label="${label}" preserveAspectRatio="xMidYMid slice" ` +
  `xmlns="http://www.w3.org/2000/svg">${body}</svg>`

const SPINES = ['#c8553d', '#1f5d4c', '#e3b873', '#2f5566', '#f3ecdc', '#8a4b3a', '#3c4a69']

/** A row of books: widths and heights vary by place, so that no two shelves look alike. */
const books = (from: number, to: number, floor: number, seed: number): string => {
  const row: string[] = []
  for (let left = from, n = 0; ; n += 1) {
    const width = 8 + ((n * 5 + seed * 3) % 7)
    if (left + width > to) return row.join('')
    const height = 34 + ((n * 11 + seed * 7) % 14)
    const colour = SPINES[(n * 3 + seed) % SPINES.length]
    row.push(
      `<rect x="${left}" y="${floor - height}" width="${width}" height="${height}" rx="1.5" fill="${colour}"/>`,
    )
    left += width + 2
  }
}

const shelf = (x: number, y: number, width: number): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="7" rx="2" fill="#5a3f2c"/>`

const room = drawing(
  'A reading room with a lamp, an armchair and a window onto the harbour',
  `<defs><linearGradient id="evening" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#35516a"/>
<stop offset=".6" stop-color="#e39a6b"/><stop offset="1" stop-color="#f3cf9f"/></linearGradient>
<radialGradient id="glow" cx=".5" cy=".5" r=".5"><stop offset="0" stop-color="#ffe3a6" stop-opacity=".95"/>
<stop offset="1" stop-color="#ffe3a6" stop-opacity="0"/></radialGradient></defs>
<rect width="480" height="360" fill="#24473d"/><rect y="292" width="480" height="68" fill="#6b4630"/>
<path d="M0 292 h480" stroke="#4f3322" stroke-width="3"/>
<path d="M176 232 v-96 a64 64 0 0 1 128 0 v96z" fill="#f3ecdc"/>
<path d="M186 224 v-86 a54 54 0 0 1 108 0 v86z" fill="url(#evening)"/>
<circle cx="262" cy="162" r="15" fill="#f7d9a4"/><rect x="186" y="186" width="108" height="38" fill="#2f5566"/>
<path d="M222 194 h36 l-6 10 h-24z" fill="#f8efe0"/><path d="M239 192 v-28 l14 24z" fill="#fffaf0"/>
<path d="M240 84 v140 M186 158 h108" stroke="#f3ecdc" stroke-width="5"/>
<rect x="20" y="64" width="132" height="228" rx="3" fill="#3f2b1e"/>
${shelf(26, 122, 120)}${shelf(26, 180, 120)}${shelf(26, 238, 120)}
${books(31, 143, 122, 1)}${books(33, 143, 180, 2)}${books(31, 143, 238, 4)}${books(32, 143, 292, 6)}
<circle cx="352" cy="150" r="104" fill="url(#glow)"/>
<path d="M352 170 v122" stroke="#c9a24b" stroke-width="5"/><path d="M330 292 h44" stroke="#c9a24b" stroke-width="7" stroke-linecap="round"/>
<path d="M326 172 l14 -44 h24 l14 44z" fill="#f6d38c"/>
<ellipse cx="412" cy="306" rx="62" ry="9" fill="#432b1c" opacity=".6"/>
<path d="M372 206 q0 -22 22 -22 h38 q22 0 22 22 v40 h-82z" fill="#c8553d"/>
<path d="M360 244 q0 -14 13 -14 t13 14 v12 h56 v-12 q0 -14 13 -14 t13 14 v46 h-108z" fill="#a8432f"/>
<rect x="386" y="250" width="56" height="18" rx="7" fill="#dc7a5f"/><path d="M372 290 v14 M456 290 v14" stroke="#3f2b1e" stroke-width="7"/>
<path d="M394 240 l20 -9 20 9 v9 l-20 -8 -20 8z" fill="#fffdf8"/>`,
)

const archive = drawing(
  'A cabinet of letters with one drawer open',
  `<rect width="480" height="360" fill="#e8dfcf"/><rect y="300" width="480" height="60" fill="#d6c8b0"/>
<ellipse cx="240" cy="316" rx="176" ry="13" fill="#b09f82" opacity=".6"/>
<rect x="86" y="46" width="308" height="262" rx="6" fill="#6b4630"/>
${[0, 1, 2, 3]
  .flatMap((row) => [0, 1, 2].map((column) => ({ x: 98 + column * 97, y: 58 + row * 62 })))
  .map(
    ({ x, y }) =>
      `<rect x="${x}" y="${y}" width="90" height="54" rx="3" fill="#8a5d40"/>` +
      `<rect x="${x + 24}" y="${y + 12}" width="42" height="15" rx="2" fill="#f3ecdc"/>` +
      `<circle cx="${x + 45}" cy="${y + 40}" r="4.5" fill="#c9a24b"/>`,
  )
  .join('')}
<rect x="185" y="164" width="110" height="30" fill="#3f2b1e"/>
<path d="M200 190 v-42 h34 v42z" fill="#fffdf8"/><path d="M222 190 v-52 h40 v52z" fill="#f7e9cf"/><path d="M246 190 v-38 h36 v38z" fill="#fffdf8"/>
<path d="M222 142 l20 16 20 -16" fill="none" stroke="#c8553d" stroke-width="2.5"/>
<path d="M178 190 h124 l8 66 h-140z" fill="#a06d4c"/><rect x="212" y="206" width="56" height="18" rx="2" fill="#f3ecdc"/>
<circle cx="240" cy="240" r="6" fill="#c9a24b"/>`,
)

const openDoor = drawing(
  'An open door with warm light behind it',
  `<defs><linearGradient id="warm" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffe9bf"/><stop offset="1" stop-color="#f3bd77"/></linearGradient></defs>
<rect width="480" height="360" fill="#2b4a41"/><rect y="304" width="480" height="56" fill="#503726"/>
<path d="M150 304 v-176 a90 90 0 0 1 180 0 v176z" fill="#18332c"/><path d="M162 304 v-174 a78 78 0 0 1 156 0 v174z" fill="url(#warm)"/>
<path d="M162 304 h156 l70 56 h-300z" fill="#f3bd77" opacity=".45"/>
${shelf(226, 172, 92)}${shelf(226, 232, 92)}${books(231, 312, 172, 3)}${books(231, 312, 232, 5)}
<path d="M162 304 v-174 a78 78 0 0 1 34 -64 l6 12 v238z" fill="#8a4b3a"/><circle cx="190" cy="196" r="5" fill="#f3d58c"/>`,
)

const closedDoor = drawing(
  'A closed door with a note on it',
  `<rect width="480" height="360" fill="#3a5148"/><rect y="304" width="480" height="56" fill="#503726"/>
<path d="M150 304 v-176 a90 90 0 0 1 180 0 v176z" fill="#18332c"/>
<path d="M162 304 v-174 a78 78 0 0 1 156 0 v174z" fill="#7c4434"/><path d="M240 54 v250" stroke="#5f3225" stroke-width="4"/>
<g fill="none" stroke="#5f3225" stroke-width="4"><path d="M178 288 v-150 q4 -40 46 -56 v206z"/><path d="M302 288 v-150 q-4 -40 -46 -56 v206z"/></g>
<circle cx="226" cy="206" r="5" fill="#f3d58c"/><circle cx="254" cy="206" r="5" fill="#f3d58c"/>
<g transform="rotate(-3 240 150)"><rect x="200" y="124" width="80" height="54" rx="2" fill="#fffaf0"/>
<path d="M212 140 h56 M212 151 h48 M212 162 h36" stroke="#b8ab95" stroke-width="4" stroke-linecap="round"/><circle cx="240" cy="124" r="4" fill="#c8553d"/></g>
<rect x="176" y="312" width="128" height="24" rx="3" fill="#3a271b"/>`,
)

/** Constants of ours, which is why pages may print them unescaped. */
export const ROOM_ART = { room, archive, openDoor, closedDoor } as const

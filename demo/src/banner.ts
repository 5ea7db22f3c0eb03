// Owns what `npm start` says when everything is ready: a banner for people, a line for programs.

export interface Addresses {
  readonly url: string
  readonly simulator: string
  readonly webhook: string
  readonly success: string
  readonly dataDir: string
  readonly socket: string
}

export function bannerText(addresses: Addresses, colour: boolean): string {
  const paint = (code: number) => (text: string) =>
    colour ? `\u001b[${code}m${text}\u001b[0m` : text
  const [bold, dim, green] = [paint(1), paint(2), paint(32)]
  const row = (name: string, value: string) => `  ${dim(name.padEnd(11))} ${value}`
  return [
    '',
    `  ${bold(green('Quittance'))}  ${dim('a shop that takes every payment exactly once')}`,
    '',
    row('Shop', bold(addresses.url)),
    row('Simulator', addresses.simulator),
    row('Webhooks', addresses.webhook),
    '',
    row('Cards', '4242 4242 4242 4242  pays'),
    row('', '4000 0000 0000 3220  asks for 3-D Secure'),
    row('', '4000 0000 0000 0002  is declined'),
    row('', '4000 0000 0000 9995  has insufficient funds'),
    '',
    `  ${dim('In another terminal:')}`,
    `  npx quittance stripe trigger checkout.session.completed`,
    `  npx quittance events list`,
    '',
    `  ${dim(`Data in ${addresses.dataDir}. The embedded database survives a killed process,`)}`,
    `  ${dim('but not a power loss. Stop with Ctrl+C.')}`,
    `  ${dim('Orders and members stay when the demo starts again; so does what the simulator knows.')}`,
    '',
    '',
  ].join('\n')
}

export function bannerLine(addresses: Addresses): string {
  return `${JSON.stringify(addresses)}\n`
}

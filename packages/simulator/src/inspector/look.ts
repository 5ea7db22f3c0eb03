/** The inspector's own styles and script, and the policy that lets nothing else in. */
import { lookOf } from '../hosted/layout.ts'
import { script } from './script.ts'
import { styles } from './styles.ts'

export const look = lookOf({ styles, script, mayFetchItself: true })

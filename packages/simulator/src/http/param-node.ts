/** The language of the generated parameter schemas; nodes refer to each other by number. */

export type ParamNode =
  /** Text, number, boolean, decimal as text, metadata, anything. */
  's' | 'n' | 'b' | 'd' | 'm' | '*' | ParamBranch

export interface ParamBranch {
  /** One of these values. */
  readonly e?: readonly string[]
  /** An array of this node. */
  readonly a?: number
  /** An object with these members… */
  readonly o?: Readonly<Record<string, number>>
  /** … of which these are required. */
  readonly r?: readonly string[]
  /** A map from any key to this node. */
  readonly k?: number
  /** Any of these nodes. */
  readonly u?: readonly number[]
  /** This node, or empty to unset it. */
  readonly z?: number
}

export declare function toldOn(text: string): string[]
export declare function flowTable(): string

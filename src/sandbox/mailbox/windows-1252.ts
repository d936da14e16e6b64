/**
 * Node 20's `TextDecoder('windows-1252')` decodes whole buffers as Latin-1 (nodejs/node#56542): curly quotes, dashes and the euro
 * sign come out as control characters that no mail contains. Decoding as a stream is right, so a table made that way mends them.
 */
const REPAIRED = new Map(
  Array.from({ length: 32 }, (_, index) => {
    const byte = 0x80 + index
    return [String.fromCharCode(byte), new TextDecoder('windows-1252').decode(Uint8Array.of(byte), { stream: true })]
  }),
)

const CONTROLS = /[\u0080-\u009F]/g

/** Puts back the characters that were decoded as C1 controls. */
export function repairWindows1252(text: string): string {
  return text.replace(CONTROLS, (control) => REPAIRED.get(control) ?? control)
}

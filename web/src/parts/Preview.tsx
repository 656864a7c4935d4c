export function Preview(_: { change: unknown }) { return null; }

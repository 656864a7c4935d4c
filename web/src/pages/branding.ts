// The branding of the organisation: which texts, colours and images there are, and what of each is taken.

export const COLOURS = ["backgroundColor", "headerBackgroundColor"] as const;
export const TEXTS = ["signInPageText", "usernameHintText", "customPrivacyAndCookiesUrl", "customPrivacyAndCookiesText", "customTermsOfUseUrl", "customTermsOfUseText"] as const;

/** Images with the most bytes of each (`schema/src/organizational_branding.rs`). */
export const IMAGES = { bannerLogo: 50, squareLogo: 50, squareLogoDark: 50, headerLogo: 50, backgroundImage: 300, favicon: 50 } as const;
export type ImageName = keyof typeof IMAGES;

export type Branding = Partial<Record<(typeof COLOURS)[number] | (typeof TEXTS)[number], string | null>>;

export const isColour = (text: string) => /^#[0-9a-f]{6}$/i.test(text);

/** Black or white, whichever reads better on a colour: the server chooses the same way (WCAG 2.2, contrast ratio). */
export function inkOn(colour: string): "#000000" | "#ffffff" {
  if (!isColour(colour)) return "#000000";
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** What an image must be, before it is sent: its sort by its first bytes, as the server looks at it. */
export function imageProblem(name: ImageName, bytes: Uint8Array): "tooBig" | "wrongSort" | undefined {
  const begins = (...first: number[]) => first.every((byte, index) => bytes[index] === byte);
  if (!begins(0x89, 0x50, 0x4e, 0x47) && !begins(0xff, 0xd8, 0xff)) return "wrongSort";
  return bytes.length > IMAGES[name] * 1024 ? "tooBig" : undefined;
}

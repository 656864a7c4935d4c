// Terms of use as they are written, and as the API takes them: each text is a file of its language.

export interface AgreementDraft {
  displayName: string;
  isViewingBeforeAcceptanceRequired: boolean;
  isPerDeviceAcceptanceRequired: boolean;
  /** They are accepted again after so many days; never, with none. */
  everyDays: number;
  /** The first is shown to whoever reads none of the others. */
  texts: { language: string; text: string }[];
}

export function lacksText({ displayName, texts }: AgreementDraft): boolean {
  return !displayName.trim() || texts.some(({ text }) => !text.trim());
}

export function agreementBody(draft: AgreementDraft, inBase64: (text: string) => string): Record<string, unknown> {
  const { displayName, isViewingBeforeAcceptanceRequired, isPerDeviceAcceptanceRequired, everyDays, texts } = draft;
  return {
    displayName: displayName.trim(),
    isViewingBeforeAcceptanceRequired,
    isPerDeviceAcceptanceRequired,
    ...(everyDays ? { userReacceptRequiredFrequency: `P${everyDays}D` } : {}),
    files: texts.map(({ language, text }, index) => ({ fileName: `${language}.txt`, displayName: displayName.trim(), language, isDefault: index === 0, fileData: { data: inBase64(text) } })),
  };
}

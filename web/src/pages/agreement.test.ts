import { expect, test } from "vitest";
import { agreementBody, type AgreementDraft, lacksText } from "./agreement";

const draft: AgreementDraft = { displayName: " House rules ", isViewingBeforeAcceptanceRequired: true, isPerDeviceAcceptanceRequired: false, everyDays: 90, texts: [{ language: "en", text: "Be kind." }, { language: "de", text: "Seid nett." }] };

test("every language is a file, the first is for everybody else", () => {
  expect(agreementBody(draft, (text) => `<${text}>`)).toEqual({
    displayName: "House rules",
    isViewingBeforeAcceptanceRequired: true,
    isPerDeviceAcceptanceRequired: false,
    userReacceptRequiredFrequency: "P90D",
    files: [
      { fileName: "en.txt", displayName: "House rules", language: "en", isDefault: true, fileData: { data: "<Be kind.>" } },
      { fileName: "de.txt", displayName: "House rules", language: "de", isDefault: false, fileData: { data: "<Seid nett.>" } },
    ],
  });
  expect(agreementBody({ ...draft, everyDays: 0 }, String)).not.toHaveProperty("userReacceptRequiredFrequency");
});

test("nothing is sent without a name or with a language that says nothing", () => {
  expect(lacksText(draft)).toBe(false);
  expect(lacksText({ ...draft, displayName: " " })).toBe(true);
  expect(lacksText({ ...draft, texts: [...draft.texts, { language: "ar", text: " " }] })).toBe(true);
});

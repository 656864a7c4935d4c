import { expect, test } from "vitest";
import { imageProblem, inkOn } from "./branding";

test.each([
  ["#ffffff", "#000000"],
  ["#000000", "#ffffff"],
  ["#0b5cad", "#ffffff"],
  ["#ffd400", "#000000"],
  ["not a colour", "#000000"],
])("on %s one writes in %s", (colour, expected) => {
  expect(inkOn(colour)).toBe(expected);
});

const png = (size: number) => Uint8Array.from({ length: size }, (_, index) => [0x89, 0x50, 0x4e, 0x47][index] ?? 0);
const svg = new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>");

test("an image is taken by its first bytes and its size", () => {
  expect(imageProblem("bannerLogo", png(2_000))).toBeUndefined();
  expect(imageProblem("bannerLogo", png(51 * 1024))).toBe("tooBig");
  expect(imageProblem("backgroundImage", png(51 * 1024))).toBeUndefined();
  expect(imageProblem("favicon", svg)).toBe("wrongSort");
});

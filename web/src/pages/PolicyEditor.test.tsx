import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import { emptyPolicy, lacks, type PolicyDraft } from "./policy";
import { PolicyEditor } from "./PolicyEditor";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
beforeEach(() => void serve(() => ({ value: [] })));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

let draft: PolicyDraft;

function Edited({ initial }: { initial: PolicyDraft }) {
  const [now, setNow] = useState(initial);
  draft = now;
  return <PolicyEditor draft={now} onDraft={setNow} />;
}

const edit = (part: Partial<PolicyDraft>, conditions: Partial<PolicyDraft["conditions"]> = {}) => {
  const empty = emptyPolicy();
  show(<Edited initial={{ ...empty, ...part, conditions: { ...empty.conditions, ...conditions } }} />);
};

describe("the editor of a policy", () => {
  test("keeps what else limits the session when the frequency goes", async () => {
    edit({ sessionControls: { signInFrequency: { isEnabled: true, type: "hours", value: 4 }, persistentBrowser: { isEnabled: true, mode: "never" } } });
    fireEvent.click(await screen.findByLabelText("Ask again after some time"));
    expect(draft.sessionControls).toEqual({ signInFrequency: null, persistentBrowser: { isEnabled: true, mode: "never" } });
  });

  test("leaves no session where nothing limits it", async () => {
    edit({ displayName: "x", grantControls: null, sessionControls: { signInFrequency: { isEnabled: true, type: "hours", value: 4 } } });
    fireEvent.click(await screen.findByLabelText("Ask again after some time"));
    expect(draft.sessionControls).toBeNull();
    expect(lacks(draft)).toBe("demand");
  });

  test("shows the systems that a policy is not for, and keeps them", async () => {
    edit({}, { platforms: { includePlatforms: ["all"], excludePlatforms: ["iOS"] } });
    const not = within(await screen.findByRole("group", { name: "But not on" }));
    expect(not.getByLabelText<HTMLInputElement>("iOS").checked).toBe(true);
    const on = within(screen.getByRole("group", { name: "Systems (none: all)" }));
    fireEvent.click(on.getByLabelText("Windows"));
    expect(draft.conditions.platforms).toEqual({ includePlatforms: ["windows"], excludePlatforms: ["iOS"] });
    fireEvent.click(on.getByLabelText("Windows"));
    expect(draft.conditions.platforms).toEqual({ includePlatforms: ["all"], excludePlatforms: ["iOS"] });
    fireEvent.click(not.getByLabelText("iOS"));
    expect(draft.conditions.platforms).toEqual({ includePlatforms: ["all"], excludePlatforms: [] });
  });

  test("says in which unit a frequency is", async () => {
    edit({ sessionControls: { signInFrequency: { isEnabled: true, type: "days", value: 7, frequencyInterval: "timeBased" } } });
    const days = await screen.findByLabelText<HTMLInputElement>("Days");
    expect(days.value).toBe("7");
    expect(screen.queryByLabelText("Hours")).toBeNull();
    fireEvent.change(days, { target: { value: "5" } });
    fireEvent.blur(days);
    expect(draft.sessionControls?.signInFrequency).toMatchObject({ type: "days", value: 5 });
  });

  test("and does not make hours of every time", async () => {
    edit({ sessionControls: { signInFrequency: { isEnabled: true, type: null, value: null, frequencyInterval: "everyTime" } } });
    expect(await screen.findByText("Every time")).toBeTruthy();
    expect(screen.queryByLabelText("Hours")).toBeNull();
  });
});

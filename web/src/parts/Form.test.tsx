import { FluentProvider, webLightTheme } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WordsProvider } from "../words";
import { changed, Form } from "./Form";

afterEach(cleanup);
beforeEach(() => sessionStorage.clear());

function show(initial: Record<string, unknown>, names: string[], onSend = vi.fn(), kind = "user") {
  render(
    <WordsProvider initial="en">
      <QueryClientProvider client={new QueryClient()}>
        <FluentProvider theme={webLightTheme}>
          <Form kind={kind} names={names} initial={initial} draftKey="t" action="Save" isBusy={false} why={null} onSend={onSend} />
        </FluentProvider>
      </QueryClientProvider>
    </WordsProvider>,
  );
  return onSend;
}

describe("a form", () => {
  test("sends what changed and nothing else", () => {
    const onSend = show({ displayName: "Amir", userPrincipalName: "amir@xyz.example", city: null }, ["displayName", "userPrincipalName", "city"]);
    fireEvent.change(screen.getByLabelText(/City/), { target: { value: "Oslo" } });
    fireEvent.click(screen.getByText("Save"));
    expect(onSend.mock.calls[0]?.[0]).toEqual({ city: "Oslo" });
  });
  test("says what is needed instead of sending", () => {
    const onSend = show({}, ["displayName"]);
    fireEvent.click(screen.getByText("Save"));
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByText(/is needed/)).toBeTruthy();
  });
  test("keeps what was typed until it is sent, and no password", () => {
    show({}, ["displayName", "passwordProfile"]);
    fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: "Lena" } });
    fireEvent.change(screen.getByLabelText("Password"), { target: { value: "kestrel" } });
    const kept = sessionStorage.getItem("castellan.draft.t");
    expect(kept).toContain("Lena");
    expect(kept).not.toContain("kestrel");
    cleanup();
    show({}, ["displayName", "passwordProfile"]);
    expect((screen.getByLabelText(/^Name/) as HTMLInputElement).value).toBe("Lena");
    expect(screen.getByText(/typed before/)).toBeTruthy();
  });
  test("is not sent while something in it cannot be read", () => {
    const onSend = show({ rolePermissions: [{ allowedResourceActions: ["a"] }] }, ["rolePermissions"], vi.fn(), "unifiedRoleDefinition");
    const field = screen.getByRole("textbox");
    fireEvent.change(field, { target: { value: '[{ "allowedResourceActions": ["b"' } });
    fireEvent.click(screen.getByText("Save"));
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByText(/cannot be read as it stands/)).toBeTruthy();
    fireEvent.change(field, { target: { value: '[{ "allowedResourceActions": ["b"] }]' } });
    fireEvent.click(screen.getByText("Save"));
    expect(onSend.mock.calls[0]?.[0]).toEqual({ rolePermissions: [{ allowedResourceActions: ["b"] }] });
  });
  test("shows a control for each type", () => {
    show({ accountEnabled: true, businessPhones: ["1"] }, ["accountEnabled", "employeeHireDate", "businessPhones"]);
    expect((screen.getByRole("switch") as HTMLInputElement).checked).toBe(true);
    expect((screen.getByLabelText(/hire date/i) as HTMLInputElement).type).toBe("date");
    expect(screen.getByRole("group", { name: /phones/i })).toBeTruthy();
  });
});

test("what changed is told apart from what did not, and empty lines are no values", () => {
  expect(changed({ a: 1, b: ["x"], c: null }, { a: 1, b: ["x", ""], c: undefined }, ["a", "b", "c"])).toEqual({ b: ["x"] });
});

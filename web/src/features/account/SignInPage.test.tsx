import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { fakeApi, problem, renderApp } from "@/test/render";
import { SignInPage } from "./SignInPage";

async function fill(password = "a long enough sentence") {
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("E-mail"), "ana@example.test");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

test("signing in asks for a cookie and goes on", async () => {
  const onSignedIn = vi.fn();
  const calls = fakeApi({
    "POST /auth/sign-in": () => ({
      accessToken: "t",
      user: { id: "u", name: "Ana", email: "a", platformAdmin: false },
    }),
  });
  await renderApp(<SignInPage onSignedIn={onSignedIn} />);
  await fill();
  expect(calls[0]?.body).toMatchObject({ email: "ana@example.test", cookie: true });
  expect(onSignedIn).toHaveBeenCalledOnce();
});

test("an unknown address and a wrong password read alike", async () => {
  fakeApi({ "POST /auth/sign-in": () => problem(401, { code: "unauthenticated", detail: "no such user" }) });
  await renderApp(<SignInPage onSignedIn={() => undefined} />);
  await fill();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("don't go together");
  expect(alert.textContent).not.toContain("no such user");
});

test("nothing is sent while a field is empty", async () => {
  const calls = fakeApi({});
  await renderApp(<SignInPage onSignedIn={() => undefined} />);
  await userEvent.setup().click(screen.getByRole("button", { name: "Sign in" }));
  expect(calls).toEqual([]);
  expect(screen.getByLabelText("E-mail").getAttribute("aria-invalid")).toBe("true");
});

test("what was typed stays when the server can't be reached", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("network"));
  await renderApp(<SignInPage onSignedIn={() => undefined} />);
  await fill();
  expect((await screen.findByRole("alert")).textContent).toContain("can't be reached");
  expect((screen.getByLabelText("E-mail") as HTMLInputElement).value).toBe("ana@example.test");
});

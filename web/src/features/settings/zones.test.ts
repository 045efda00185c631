import { expect, test } from "vitest";
import { zones } from "./SettingsForm";

test("the present time zone is among the choices, whatever the browser calls it", () => {
  for (const zone of ["UTC", "Asia/Kolkata", "Asia/Calcutta", "Europe/Berlin"]) {
    const values = zones(zone).map((one) => one.value);
    expect(values.filter((one) => one === zone)).toEqual([zone]);
  }
  expect(zones("Europe/Berlin").map((one) => one.value)).toContain("UTC");
});

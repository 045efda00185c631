// Before each test file: English messages active, and the page emptied after each test.
import { i18n } from "@lingui/core";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { toasts } from "@/shared/ui/toast";

i18n.load("en", {});
i18n.activate("en");
afterEach(() => {
  cleanup();
  for (const toast of toasts.get()) toasts.close(toast.id);
});

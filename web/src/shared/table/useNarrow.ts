// Whether the window is a phone's; tables leave out columns then.
import { useSyncExternalStore } from "react";

const QUERY = "(max-width: 47.99rem)";

export const useNarrow = () =>
  useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(QUERY);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(QUERY).matches,
  );

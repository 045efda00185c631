// Says that a row was added, also when the search or a filter hides it.
import { useLingui } from "@lingui/react/macro";
import { toastDone } from "../ui/toast";

export function useSayAdded(): (name: string, shown: boolean, open: () => void) => void {
  const { t } = useLingui();
  return (name, shown, run) =>
    toastDone(shown ? t`${name} was added` : t`${name} was added, but the search or a filter hides it`, {
      label: t`Open`,
      run,
    });
}

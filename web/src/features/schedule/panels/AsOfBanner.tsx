/** Says clearly that an older plan is shown, and leads back to now. */
import { useLingui } from "@lingui/react/macro";
import { useFormat } from "@/shared/i18n/format";
import { Button } from "@/shared/ui/Button";
import { Icon } from "@/shared/ui/Icon";
import type { ChangeView } from "../view/useView";

export function AsOfBanner({ asOf, change }: { asOf: string; change: ChangeView }) {
  const { t } = useLingui();
  const { instant } = useFormat();
  return (
    <div
      role="status"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-warn-text"
    >
      <Icon name="history" />
      <span className="flex-1">{t`You see the plan as it was on ${instant(asOf)}. Nothing can be changed here.`}</span>
      <Button onClick={() => change({ asOf: null })}>{t`Back to now`}</Button>
    </div>
  );
}

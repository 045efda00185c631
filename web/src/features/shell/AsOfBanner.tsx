// Says on every page that an older plan is looked at, and leads back to now.
import { useLingui } from "@lingui/react/macro";
import { useAsOf, useTravel, useTravels } from "@/shared/asOf";
import { useFormat } from "@/shared/i18n/format";
import { Button } from "@/shared/ui/Button";
import { Icon } from "@/shared/ui/Icon";

export function AsOfBanner() {
  const { t } = useLingui();
  const format = useFormat();
  const asOf = useAsOf();
  const travel = useTravel();
  const travels = useTravels();
  if (!asOf) return null;
  const instant = format.instant(asOf);
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-warn-text"
    >
      <Icon name="history" />
      <span className="flex-1">
        {travels
          ? t`You see the plan as it was on ${instant}. Nothing can be changed here.`
          : t`You travel in time to ${instant}, but this page shows what is now.`}
      </span>
      <Button onClick={() => travel(undefined)}>{t`Back to now`}</Button>
    </div>
  );
}

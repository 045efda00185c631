// The ways out of a plan without people, for who may go them.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/Button";
import { useCan, useWorkspaceId } from "./context";

export function FirstSteps() {
  const { t } = useLingui();
  const can = useCan();
  const root = `/w/${useWorkspaceId()}`;
  if (!can("edit-people")) return null;
  return (
    <div className="flex gap-2">
      <Link to={`${root}/people` as string} className={buttonClass("primary")}>
        {t`Add people`}
      </Link>
      <Link to={`${root}/import` as string} className={buttonClass()}>
        {t`Import from a file`}
      </Link>
    </div>
  );
}

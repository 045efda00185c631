// The filters of the people table; each stands in the address.
import { useLingui } from "@lingui/react/macro";
import type { Id } from "@/api/types";
import { useOptions } from "@/shared/catalogue";
import type { PeopleSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { useSearchState } from "@/shared/useSearchState";

export function PeopleFilters({ workspaceId }: { workspaceId: Id }) {
  const { t } = useLingui();
  const [search, change] = useSearchState<PeopleSearch>();
  const roles = useOptions(workspaceId, "roles");
  const teams = useOptions(workspaceId, "teams");
  const skills = useOptions(workspaceId, "skills");
  const kinds = [
    { value: "person", label: t`People only` },
    { value: "placeholder", label: t`Placeholders only` },
  ];
  const states = [{ value: "deleted", label: t`Deleted` }];
  return (
    <>
      <FilterSelect
        label={t`Kind`}
        all={t`All kinds`}
        value={search.kind}
        options={kinds}
        onChange={(kind) => change({ kind })}
      />
      <FilterSelect
        label={t`Role`}
        all={t`All roles`}
        value={search.roleId}
        options={roles}
        onChange={(roleId) => change({ roleId })}
      />
      <FilterSelect
        label={t`Team`}
        all={t`All teams`}
        value={search.teamId}
        options={teams}
        onChange={(teamId) => change({ teamId })}
      />
      <FilterSelect
        label={t`Skill`}
        all={t`All skills`}
        value={search.skillId}
        options={skills}
        onChange={(skillId) => change({ skillId })}
      />
      <FilterSelect
        label={t`State`}
        all={t`Not deleted`}
        value={search.deleted && "deleted"}
        options={states}
        onChange={(value) => change({ deleted: value ? true : undefined })}
      />
    </>
  );
}

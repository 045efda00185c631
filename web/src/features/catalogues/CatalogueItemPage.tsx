// One client, team, skill or role: its details, and who or what belongs to it.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { objectOptions } from "@/api/queries";
import type { CatalogueItem } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { ObjectForm } from "@/shared/forms/ObjectForm";
import { Page } from "@/shared/layout/Page";
import { Section } from "@/shared/layout/Section";
import { type DatedEntry, DatedMoney } from "@/shared/plan/DatedMoney";
import { ObjectHistory } from "@/shared/plan/ObjectHistory";
import { IconButton } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { Belonging } from "./Belonging";
import { type CatalogueName, useFields, useWords } from "./words";

interface Props {
  resource: CatalogueName;
}

function RoleRates({ role, readOnly }: { role: CatalogueItem; readOnly: boolean }) {
  const { t } = useLingui();
  const can = useCan();
  return (
    <DatedMoney
      title={t`Rates an hour`}
      hint={t`They count for whoever has no rate or pay of their own, and for placeholders.`}
      resource="roles"
      object={role}
      part="rates"
      fields={[
        { name: "billPerHour", label: t`billed` },
        ...(can("read-pay") ? [{ name: "costPerHour", label: t`cost` }] : []),
      ]}
      entries={(answer: { rates: DatedEntry[] }) => answer.rates}
      readOnly={readOnly}
    />
  );
}

function Details({ resource, item }: Props & { item: CatalogueItem }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const can = useCan();
  const navigate = useNavigate();
  const fields = useFields(resource);
  const now = useAsOf() === undefined;
  const edit = can(resource === "clients" ? "edit-projects" : "edit-people") && now;
  const removal = useRemoval(
    workspaceId,
    resource,
    () => void navigate({ to: `/w/${workspaceId}/${resource}` as string }),
  );
  return (
    <Page
      title={item.name}
      actions={edit && <IconButton icon="trash" label={t`Delete`} onClick={() => removal.ask(item)} />}
    >
      <div className="grid max-w-6xl gap-x-10 lg:grid-cols-2">
        <div>
          <Section title={t`Details`}>
            <ObjectForm
              workspaceId={workspaceId}
              resource={resource}
              object={item}
              fields={fields}
              readOnly={!edit}
            />
          </Section>
          {resource === "roles" && can("read-money") && (
            <RoleRates role={item} readOnly={!(can("edit-pay") && now)} />
          )}
          <ObjectHistory objectId={item.id} />
        </div>
        <Belonging resource={resource} id={item.id} />
      </div>
      {removal.dialog}
    </Page>
  );
}

export function CatalogueItemPage({ resource }: Props) {
  const words = useWords(resource);
  const { itemId = "" } = useParams({ strict: false });
  const asOf = useAsOf();
  const query = useQuery(objectOptions(useWorkspaceId(), resource, itemId, asOf));
  if (query.data) return <Details key={itemId + (asOf ?? "")} resource={resource} item={query.data} />;
  return (
    <Page title={words.title}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

// The typed search parameters of the pages, kept in the address so that every view can be linked to.
export interface TableSearch {
  q?: string;
  /** A column's id; a leading "-" turns the order round. */
  sort?: string;
  deleted?: true;
}

export interface PeopleSearch extends TableSearch {
  kind?: string;
  teamId?: string;
  roleId?: string;
  skillId?: string;
}

export interface ProjectsSearch extends TableSearch {
  status?: string;
  clientId?: string;
}

export interface TimeOffSearch {
  status?: string;
  personId?: string;
  teamId?: string;
  from?: string;
  view?: "calendar";
}

export interface ReportSearch {
  report?: string;
  from?: string;
  to?: string;
  grain?: string;
  by?: string;
  teamId?: string;
  roleId?: string;
  tentative?: true;
  skillId?: string;
  /** Of a day, for "who could take this?". */
  hours?: string;
}

export interface AuditSearch {
  kind?: string;
  objectId?: string;
  actorId?: string;
  from?: string;
  to?: string;
}

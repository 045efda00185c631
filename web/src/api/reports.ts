// Short names for the reports of the API, generated from openapi/raally.json.
import type { components } from "./schema.gen";

type Schema = components["schemas"];

export type Share = Schema["Share"];
export type Bucket = Schema["Bucket"];
export type HoursReport = Schema["HoursReport"];
export type OccupancyReport = Schema["OccupancyReport"];
export type RolesReport = Schema["RolesReport"];
export type UtilisationReport = Schema["UtilisationReport"];
export type OverbookingReport = Schema["OverbookingReport"];
export type DemandReport = Schema["DemandReport"];
export type CostReport = Schema["CostReport"];
export type CandidatesReport = Schema["CandidatesReport"];
export type Dashboard = Schema["Dashboard"];

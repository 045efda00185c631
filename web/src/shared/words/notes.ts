// What should be looked at in a suggested mapping of columns, by the server's stable code.
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** `value` is the header, status or year of the file that it is about. */
export const NOTE_WORDS: Record<string, MessageDescriptor> = {
  "ambiguous-dates": msg`Every date could be day first or month first; choose the order of dates`,
  "contract-hours-taken": msg({
    message: "“{value}” is taken for the hours of the booking, not of the contract",
  }),
  "cut-to-year": msg({ message: "The plan is for {value}: its first and last week are cut to that year" }),
  "hours-unit-unsaid": msg({
    message: "“{value}” doesn't say whether its hours are per day, per week or in total; per week is taken",
  }),
  "mixed-dates": msg`Some dates are day first, others month first; those that can be read both ways are refused until you choose the order`,
  "no-amount-column": msg`No column for the amount was found`,
  "no-effort-column": msg`No column for the effort was found`,
  "no-first-day-column": msg`No column for the first day was found`,
  "no-person-column": msg`No column for the person was found`,
  "no-person-or-role-column": msg`No column for the person or the role was found`,
  "no-project-column": msg`No column for the project was found`,
  "unknown-status": msg({ message: "The status “{value}” is not known" }),
};

/** What the wire and the extension's own state are made of; PROTOCOL.md is the source of the wire's shapes. */

export interface WireError {
  code: string;
  message: string;
  hint: string;
}

export interface Capture {
  key: string;
  url: string;
  source: string;
  captured_at: string;
  page_url?: string;
  page_title?: string;
  referrer?: string;
  selection?: string;
  media_type?: string;
  incognito?: boolean;
  options?: { force?: boolean };
}

export interface CaptureAnswer {
  key: string;
  job_id: string | null;
  status: "queued" | "already_queued" | "already_saved" | "rejected";
  item_url?: string | null;
  error?: WireError | null;
}

export interface Target {
  url: string;
  platform?: string;
  kind?: string;
  label?: string;
  error?: WireError;
}

export interface Job {
  id: string;
  url: string;
  platform: string;
  kind: string;
  status: "pending" | "running" | "waiting" | "paused" | "completed" | "failed" | "cancelled";
  wait_reason: string | null;
  title: string | null;
  progress: number | null;
  current_operation: string | null;
  bytes_downloaded: number | null;
  bytes_total: number | null;
  speed: number | null;
  eta: number | null;
  items_total: number | null;
  items_done: number | null;
  items_failed: number | null;
  parent_id: string | null;
  item_id: number | string | null;
  error: WireError | null;
  not_before: string | null;
  incognito?: boolean;
  updated_at: string;
}

export interface QueueCounts {
  pending: number;
  running: number;
  waiting: number;
  /** whether the whole queue is; an older program does not say */
  is_paused?: boolean;
}

/** A capture that the host has not named yet. `not_before` in milliseconds since 1970. */
export interface OutboxEntry {
  capture: Capture;
  tries: number;
  not_before: number;
}

/** What became of a click in this browser session. `asked` waits for the person's yes (a list). */
export interface Saved {
  key: string;
  url: string;
  title: string;
  at: number;
  status: "asked" | "held" | CaptureAnswer["status"];
  target?: Target | null;
  job_id?: string | null;
  error?: WireError | null;
}

export type Connection =
  | "unknown"
  | "connected"
  | "missing"
  | "forbidden"
  | "crashed"
  | "garbled"
  | "ended"
  | "outdated";

export interface State {
  connection: Connection;
  said: string;
  losses: number;
  queue: QueueCounts;
  free_bytes: number | null;
  jobs: Record<string, Job>;
  saved: Saved[];
  /** Jobs that the host has acknowledged and not told of yet: safe, though no count includes them. */
  fresh: string[];
  done: number;
  failed: number;
  held: number;
  warnings: WireError[];
  /** Domains whose sign-in may be read; `*` stands for all. */
  allowed: string[];
  /** Domains for which the person chose "not now". */
  declined: string[];
  /** Why the host did not take the sign-in that this browser has, by domain. */
  not_lent: Record<string, { message: string; hint: string }>;
}

/** Where a person signs in, and which cookies tell that somebody did. `domain` names it in permissions. */
export interface Site {
  name: string;
  domain: string;
  host: string;
  platform: string;
  login: string[];
  account?: string;
  likes?: boolean;
  only: string[];
}

/** What is read of the browser's own cookie object; the host gets all of it. */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  httpOnly: boolean;
  partitionKey?: { topLevelSite?: string } | null;
  firstPartyDomain?: string;
}

/** The open tab as far as the extension may know it. */
export interface Page {
  url: string;
  title: string;
  incognito: boolean;
  tab?: number;
}

/** One open line to the host, however the browser spells it. */
export interface Line {
  post(frame: object): void;
  close(): void;
}

/** A drawn element: tag, attributes, children; text stays text. */
export interface Drawn {
  tag: string;
  attributes: Record<string, string | number | boolean | null | undefined>;
  children: (Drawn | string)[];
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The names that every part counts under; one registry per process (each test has its own). */
export const createMetrics = () => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const told = new Map<string, Counter.Internal>();

  const metrics = {
    registry,
    /** Requests by route template (never the address as sent), method and status; its count is the number of requests. */
    httpSeconds: new Histogram({
      name: 'rollcall_http_request_seconds',
      help: 'Time from the first byte of a request to the last of its answer.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    /** `wire`: socketio or plain. */
    socketsOpen: new Gauge({
      name: 'rollcall_sockets_open',
      help: 'Open connections.',
      labelNames: ['wire'] as const,
      registers,
    }),
    /** `outcome`: applied, kept (precedence kept the earlier row), repeated, refused. */
    marks: new Counter({
      name: 'rollcall_marks_total',
      help: 'Marks that the live register answered.',
      labelNames: ['source', 'outcome'] as const,
      registers,
    }),
    deliveries: new Counter({
      name: 'rollcall_deliveries_total',
      help: 'Events told to an audience.',
      labelNames: ['event'] as const,
      registers,
    }),
    /** `code`: the fault's. */
    rejected: new Counter({
      name: 'rollcall_events_rejected_total',
      help: 'Messages answered with a failure.',
      labelNames: ['code'] as const,
      registers,
    }),
    /** `outcome`: done, resumed, failed. */
    finalizations: new Counter({
      name: 'rollcall_finalizations_total',
      help: 'Registers written to the database by DONE, the clock or the sweeper.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    finalizationSeconds: new Histogram({
      name: 'rollcall_finalization_seconds',
      help: 'Time from freezing a register to its last record being in the database.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  };
  return {
    ...metrics,
    /** Counts an event that was told to some receivers; runs for every mark, so the labelled counter is looked up once. */
    delivered(event: string, receivers: number): void {
      let counter = told.get(event);
      if (counter === undefined) {
        counter = metrics.deliveries.labels(event);
        told.set(event, counter);
      }
      counter.inc(receivers);
    },
  };
};
export type Metrics = ReturnType<typeof createMetrics>;

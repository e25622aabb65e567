// Loaded into every measured server, baseline and product alike: answers the bench over IPC.
import { monitorEventLoopDelay } from 'node:perf_hooks';

let delay;
process.on('message', ({ ask }) => {
  if (ask === 'memory') {
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    process.send({ ask, value: process.memoryUsage().rss });
  } else if (ask === 'delay-start') {
    delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    process.send({ ask, value: 0 });
  } else if (ask === 'delay-stop') {
    delay.disable();
    process.send({
      ask,
      value: { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
    });
  } else if (ask === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ ask, value: (user + system) / 1000 });
  }
});
// The channel alone must not keep the process alive.
process.channel?.unref();

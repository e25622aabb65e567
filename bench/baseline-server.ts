import { createServer } from 'node:http';
import { Server } from 'socket.io';

// The baseline: a bare Socket.IO relay. No log-in, no store, no checks; every mark goes to the whole class.
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });

io.on('connection', (socket) => {
  const { classId } = socket.handshake.auth as { classId: string };
  void socket.join(classId);
  socket.on('ATTENDANCE_MARKED', (data: unknown, acknowledge: (reply: unknown) => void) => {
    io.to(classId).emit('ATTENDANCE_MARKED', data);
    acknowledge({ success: true });
  });
});

http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as { port: number };
  console.log(`ready at http://127.0.0.1:${port}`);
});
process.on('SIGTERM', () => process.exit(0));

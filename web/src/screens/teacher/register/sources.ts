import {
  Bluetooth,
  Fingerprint,
  Hash,
  type LucideIcon,
  PenLine,
  QrCode,
  ScanFace,
  TimerOff,
} from 'lucide-react';
import type { Source } from '../../../../../shared/status.ts';

/** The sign of each way in which a mark came. */
export const SOURCE_ICONS: Record<Source, LucideIcon> = {
  teacher: PenLine,
  passkey: Fingerprint,
  ble: Bluetooth,
  qr: QrCode,
  code: Hash,
  device: ScanFace,
  system: TimerOff,
};

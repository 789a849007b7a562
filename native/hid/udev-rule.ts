/**
 * What lets the agent's user open keys where no seat does it: systemd's 60-fido-id.rules marks them, and
 * its uaccess rule serves the user at the seat only. docs/operations.md says where it goes.
 */
export const UDEV_RULE =
  'SUBSYSTEM=="hidraw", ENV{ID_SECURITY_TOKEN}=="1", GROUP="wardlock", MODE="0660"';

/** The catalog's rows about disks. */
import { argument, counter, everywhere, gauge, linux, noWrap, required, text, windows } from './field.js';
import type { CatalogFunction } from './function.js';

/** The `path` of disk_usage that stands for every volume; `*` is no path on Windows, and hardly one on Linux. */
export const allVolumes = '*';

export const disk: readonly CatalogFunction[] = [
  {
    name: 'disk_usage', group: 'disk', meaning: 'space on the volume that holds a path', platforms: everywhere,
    source: { win32: 'GetDiskFreeSpaceExW', linux: 'statvfs' },
    arguments: [required('path', 'string', 'a path on the volume, such as C:\\ or /; * for every volume, each by its mount point')],
    shape: 'fields', perItem: { argument: 'path', value: allVolumes, shape: 'map' },
    fields: [
      gauge('total', 'B', 'size of the volume'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'free; on Linux for unprivileged users'),
      gauge('percent', '%', 'used / (used + free)'),
    ],
  },
  {
    name: 'disk_partitions', group: 'disk', meaning: 'mounted volumes', platforms: everywhere,
    source: { win32: 'GetLogicalDriveStringsW, GetVolumeInformationW, FindFirstVolumeMountPointW', linux: '/proc/self/mounts, /proc/filesystems' },
    arguments: [argument('all', 'boolean', false, 'also remote, RAM and pseudo file systems')], shape: 'records',
    fields: [
      text('device', 'device or drive'), text('mountpoint', 'where it is mounted'),
      text('fstype', 'file system'), text('opts', 'mount options'),
    ],
  },
  {
    name: 'disk_io_counters', group: 'disk', meaning: 'disk reads and writes since boot', platforms: everywhere,
    source: { win32: 'DeviceIoControl(IOCTL_DISK_PERFORMANCE)', linux: '/proc/diskstats' },
    arguments: [argument('perdisk', 'boolean', false, 'one result for each disk'), noWrap],
    shape: 'fields', perItem: { argument: 'perdisk', shape: 'map' },
    fields: [
      counter('read_count', 'count', 'reads'), counter('write_count', 'count', 'writes'),
      counter('read_bytes', 'B', 'read'), counter('write_bytes', 'B', 'written'),
      counter('read_time', 'ms', 'time spent reading'), counter('write_time', 'ms', 'time spent writing'),
      counter('read_merged_count', 'count', 'reads merged', { platforms: linux }),
      counter('write_merged_count', 'count', 'writes merged', { platforms: linux }),
      counter('busy_time', 'ms', 'time with I/O under way', { platforms: linux }),
      counter('idle_time', 'ms', 'time without I/O; Windows tells it and psutil leaves it out', { platforms: windows }),
      gauge('queue_depth', 'count', 'I/O under way at this moment; Windows tells it and psutil leaves it out', { platforms: windows }),
      counter('split_count', 'count', 'I/O that had to be split; Windows tells it and psutil leaves it out', { platforms: windows }),
    ],
  },
];

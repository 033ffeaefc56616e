/** The functions of the package systeminformation that give data, and what of their zeros is no value. */

/** One of them: what it tells, and the name of its argument where it takes one. */
export interface SystemInformationFunction {
  readonly name: string;
  readonly meaning: string;
  /** What its `of` is: a service, a drive, a container. */
  readonly of?: string;
  /**
   * Fields that are zero or negative where the package could not tell them, wherever in the result they stand. All other
   * zeros are values.
   */
  readonly unknown?: readonly string[];
  /** A field that is false where nothing of the result is a value. */
  readonly present?: string;
}

export const systemInformationFunctions: readonly SystemInformationFunction[] = [
  { name: 'audio', meaning: 'audio devices' },
  { name: 'baseboard', meaning: 'the mainboard', unknown: ['memMax', 'memSlots'] },
  { name: 'battery', meaning: 'the battery: charge, capacity, cycles', present: 'hasBattery', unknown: ['timeRemaining', 'designedCapacity', 'maxCapacity', 'voltage'] },
  { name: 'bios', meaning: 'the BIOS' },
  { name: 'blockDevices', meaning: 'disks, partitions and volumes' },
  { name: 'bluetoothDevices', meaning: 'bluetooth devices', unknown: ['batteryPercent'] },
  { name: 'chassis', meaning: 'the chassis' },
  { name: 'cpu', meaning: 'the processor', unknown: ['speed', 'speedMin', 'speedMax', 'cores', 'physicalCores', 'processors'] },
  { name: 'cpuCache', meaning: 'sizes of the processor\'s caches', unknown: ['l1d', 'l1i', 'l2', 'l3'] },
  { name: 'cpuCurrentSpeed', meaning: 'the processor\'s speed now, GHz', unknown: ['min', 'max', 'avg', 'cores'] },
  { name: 'cpuTemperature', meaning: 'temperatures of the processor, Celsius', unknown: ['main', 'max', 'cores', 'socket', 'chipset'] },
  { name: 'currentLoad', meaning: 'load of the processor since the last call' },
  { name: 'diskLayout', meaning: 'physical disks', unknown: ['size', 'temperature'] },
  { name: 'disksIO', meaning: 'disk requests; per second since the last call' },
  { name: 'dockerAll', meaning: 'all docker containers with their statistics' },
  { name: 'dockerContainers', meaning: 'docker containers' },
  { name: 'dockerContainerStats', meaning: 'statistics of docker containers', of: 'ids of containers, or *' },
  { name: 'dockerImages', meaning: 'docker images' },
  { name: 'dockerInfo', meaning: 'the docker engine' },
  { name: 'dockerVolumes', meaning: 'docker volumes' },
  { name: 'fsOpenFiles', meaning: 'open files', unknown: ['max', 'allocated'] },
  { name: 'fsSize', meaning: 'mounted file systems', of: 'a drive' },
  { name: 'fsStats', meaning: 'bytes read and written; per second since the last call' },
  { name: 'fullLoad', meaning: 'load of the processor since boot' },
  { name: 'graphics', meaning: 'graphics controllers and displays', unknown: ['vram', 'memoryTotal', 'temperatureGpu', 'clockCore', 'clockMemory', 'powerLimit', 'currentRefreshRate', 'sizeX', 'sizeY'] },
  { name: 'inetChecksite', meaning: 'whether a site answers, and how fast', of: 'an address beginning with http', unknown: ['ms', 'status'] },
  { name: 'inetLatency', meaning: 'milliseconds to a host by ping', of: 'a host' },
  { name: 'mem', meaning: 'memory and swap', unknown: ['total'] },
  { name: 'memLayout', meaning: 'memory modules', unknown: ['size', 'clockSpeed', 'voltageConfigured', 'voltageMin', 'voltageMax'] },
  { name: 'networkConnections', meaning: 'network connections' },
  { name: 'networkInterfaces', meaning: 'network interfaces', unknown: ['speed', 'mtu'] },
  { name: 'networkStats', meaning: 'traffic of network interfaces; per second since the last call', of: 'interfaces, or *' },
  { name: 'osInfo', meaning: 'the operating system' },
  { name: 'printer', meaning: 'printers' },
  { name: 'processes', meaning: 'processes' },
  { name: 'processLoad', meaning: 'load and memory of processes by name', of: 'names of processes' },
  { name: 'services', meaning: 'services', of: 'names of services, or *' },
  { name: 'system', meaning: 'the system\'s maker and model' },
  { name: 'time', meaning: 'the time and the uptime, seconds' },
  { name: 'usb', meaning: 'USB devices' },
  { name: 'users', meaning: 'users logged on' },
  { name: 'vboxInfo', meaning: 'VirtualBox machines' },
  { name: 'versions', meaning: 'versions of installed software', of: 'names of software' },
  { name: 'wifiConnections', meaning: 'wireless connections', unknown: ['signalLevel', 'txRate', 'channel', 'frequency', 'quality'] },
  { name: 'wifiInterfaces', meaning: 'wireless interfaces' },
  { name: 'wifiNetworks', meaning: 'wireless networks in reach', unknown: ['signalLevel', 'channel', 'frequency', 'quality'] },
];

/** The package's other exports, each with the reason why it is not offered. */
export const refusedSystemInformation: Readonly<Record<string, string>> = {
  cpuFlags: 'gives text only',
  dockerContainerProcesses: 'gives text only, and command lines hold secrets',
  get: 'calls several functions: name them as entries',
  getAllData: 'calls all functions at once',
  getDynamicData: 'calls many functions at once',
  getStaticData: 'calls many functions at once',
  networkGatewayDefault: 'gives text only',
  networkInterfaceDefault: 'gives text only',
  observe: 'watches on its own, without end',
  powerShellRelease: 'is an action',
  powerShellStart: 'is an action',
  shell: 'gives text only',
  uuid: 'gives text only',
  version: 'gives text only',
};

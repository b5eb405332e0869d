/** What the keys of daemon.json want, as runtime/config says it. */
export const configKinds: Readonly<Record<string, string>> = {
  'an object': '对象',
  'a string': '字符串',
  'a list of strings': '字符串列表',
  'a whole number': '整数',
  'at least 1': '不小于 1 的数',
  'http:// or https://, a host, and neither query nor fragment':
    '以 http:// 或 https:// 开头、含主机名且不带查询和片段的 URL',
  'a list of URLs': 'URL 列表',
  'an http:// or https:// URL': '以 http:// 或 https:// 开头的 URL',
  'an object with "http-proxy", "https-proxy" and "no-proxy"':
    '含有"http-proxy"、"https-proxy"和"no-proxy"的对象',
  'an absolute path': '绝对路径',
  'unix:// and an absolute path, tcp:// with host and port, or fd://':
    'unix:// 加绝对路径、tcp:// 加主机和端口，或 fd://',
  'a list of addresses': '地址列表',
  'at least one address': '至少一个地址',
  'true or false': 'true 或 false',
  'the name of a log driver': '日志驱动的名称',
  'an object of strings': '值为字符串的对象',
  'lists of URLs by registry': '按镜像仓库列出的 URL 列表',
  'an IP address': 'IP 地址',
  'a list of IP addresses': 'IP 地址列表',
  'a number, or -1 for no limit': '数字，-1 表示不限',
  'an object with "Name", "Soft" and "Hard"': '含有"Name"、"Soft"和"Hard"的对象',
  'a "Soft" limit that is not above the "Hard" one': '不高于"Hard"的"Soft"限制',
  'a number of bytes, or one with a unit such as "64m"': '字节数，或带单位的数，例如"64m"',
  'a label such as "name=value"': '"name=value"形式的标签',
  'a list of labels': '标签列表',
  '"trace", "debug", "info", "warn", "error", "fatal" or "panic"':
    '"trace"、"debug"、"info"、"warn"、"error"、"fatal"或"panic"',
  '"json" or "text"': '"json"或"text"',
  'an address of loopback and a port, such as "127.0.0.1:9323"':
    '回环地址加端口，例如"127.0.0.1:9323"',
  'limits by name': '按名称列出的限制',
  '"private" or "shareable"': '"private"或"shareable"',
  '"private" or "host"': '"private"或"host"',
  '"builtin", "unconfined" or an absolute path': '"builtin"、"unconfined"或绝对路径',
  'a host with or without a port, or a network': '主机（可带端口）或网段',
  'false: berth has no such feature': 'false：berth 没有这项功能',
  'switches by name': '按名称列出的开关',
  'an object with "base" and "size"': '含有"base"和"size"的对象',
  'a list of address pools': '地址池列表',
  'options by name': '按名称列出的选项',
  'options by network driver': '按网络驱动列出的选项',
  once: '只出现一次',
  'a key that berth knows': 'berth 认识的键',
  '"tlsverify": true, "tlscacert", "tlscert" and "tlskey" beside it':
    '同时有"tlsverify": true、"tlscacert"、"tlscert"和"tlskey"',
  '"tlsverify": true beside it: clients show certificates':
    '同时有"tlsverify": true：客户端须出示证书',
  'an address such as "tcp://0.0.0.0:2376" among "hosts"':
    '"hosts"中有"tcp://0.0.0.0:2376"这样的地址',
  'one value for each name': '每个名称只有一个值',
  'the name that the limit stands below': '该限制所在的名称',
};

/** What the keys of networks want. */
export const networkKinds: Readonly<Record<string, string>> = {
  'an IPv4 address of the bridge with the length of its prefix, such as "192.168.1.1/24"':
    '网桥的 IPv4 地址及前缀长度，例如"192.168.1.1/24"',
  'an IPv6 address of the bridge with the length of its prefix, such as "fd00:1::1/64"':
    '网桥的 IPv6 地址及前缀长度，例如"fd00:1::1/64"',
  'the name of an interface, or "none"': '网络接口的名称，或"none"',
  'an IPv4 network such as "192.168.1.0/25"': 'IPv4 网段，例如"192.168.1.0/25"',
  'an IPv6 network such as "fd00:1::/64"': 'IPv6 网段，例如"fd00:1::/64"',
  'an IPv4 address': 'IPv4 地址',
  'an IPv6 address': 'IPv6 地址',
  'a network such as "10.10.0.0/16"': '网段，例如"10.10.0.0/16"',
  'a number of bytes from 68 to 65535, or 0': '68 到 65535 之间的字节数，或 0',
  'nothing: "bridge" is "none"': '留空："bridge"是"none"',
  'nothing: "bridge" names a bridge that has addresses of its own':
    '留空："bridge"所指的网桥已有自己的地址',
  '"ipv6": true beside it': '同时有"ipv6": true',
  'a part of the network of "bip"': '"bip"所在网段的一部分',
  'a part of the network of "bip6"': '"bip6"所在网段的一部分',
  '"bip" or "fixed-cidr" beside it, which it is an address of':
    '同时有"bip"或"fixed-cidr"，且为其中的地址',
  '"bip6" or "fixed-cidr-v6" beside it, which it is an address of':
    '同时有"bip6"或"fixed-cidr-v6"，且为其中的地址',
  'an address of the network of "bip"': '"bip"所在网段中的地址',
  'an address of the network of "bip6"': '"bip6"所在网段中的地址',
  'an address of the network of "fixed-cidr"': '"fixed-cidr"网段中的地址',
  'an address of the network of "fixed-cidr-v6"': '"fixed-cidr-v6"网段中的地址',
  'a length of a prefix, from that of "base" to that of an address':
    '前缀长度，不小于"base"的长度，不大于地址的长度',
  'a network apart from those of the pools before': '与前面的地址池不重叠的网段',
  'nothing beside "host-gateway-ips"': '有"host-gateway-ips"时留空',
  'one address of each family at most': '每个地址族至多一个地址',
  'true, or "iptables": true': 'true，或"iptables": true',
  'true, or "ip6tables": true': 'true，或"ip6tables": true',
};

/** Keys of Docker's that berth refuses. */
export const refusedKinds: Readonly<Record<string, string>> = {
  'nothing: berth has no swarm mode': '留空：berth 没有 swarm 模式',
  'nothing: berth works without containerd': '留空：berth 不使用 containerd',
  'nothing: berth brings its own init ("init": true)': '留空：berth 自带 init（"init": true）',
  'nothing: berth has no device requests': '留空：berth 不支持设备请求',
  '"overlay2": berth has no other storage driver': '"overlay2"：berth 没有其他存储驱动',
  'nothing: the storage driver of berth has no options': '留空：berth 的存储驱动没有选项',
  'true: containers always run on when berthd stops': 'true：berthd 停止时容器总是继续运行',
  'false: berth gives containers no labels by itself': 'false：berth 不会自行给容器加标签',
  '"berth": berth is its own runtime': '"berth"：berth 自身就是运行时',
  'nothing: berth is its own runtime': '留空：berth 自身就是运行时',
  '"native.cgroupdriver=cgroupfs": berth makes control groups itself':
    '"native.cgroupdriver=cgroupfs"：berth 自行创建控制组',
  'nothing: give real-time limits to containers': '留空：请给容器设置实时限制',
  'nothing: berth has no plugins; use client certificates':
    '留空：berth 没有插件；请使用客户端证书',
  'nothing: berth has no builder': '留空：berth 没有构建器',
  'false: berthd runs as root': 'false：berthd 以 root 运行',
  'true or false': 'true 或 false',
  'the name of a log driver': '日志驱动的名称',
  'an object of strings': '值为字符串的对象',
  'nothing: berth brings its own proxy of ports': '留空：berth 自带端口代理',
  'nothing: berth has no network diagnosis': '留空：berth 没有网络诊断',
  'nothing: put a reverse proxy before the API': '留空：请在 API 前放置反向代理',
  'nothing: all layers are pushed': '留空：所有层都会推送',
  'nothing: berth signs no manifests': '留空：berth 不签署清单',
  'nothing: set OOMScoreAdjust= of the service': '留空：请设置服务的 OOMScoreAdjust=',
  'nothing: its name is "data-root"': '留空：请改用"data-root"',
};

import { phrase, text } from '../message.ts';

/** What `berth up --distribution-mirror` says. */
export const distributionMirrorMessages = {
  option: text(
    "read the distribution's own packages from this mirror: a URL, or a name of the catalogue",
    '从该镜像站获取发行版自带的软件包：URL 或镜像站目录中的名称',
  ),
  title: phrase(
    (p: { name: string; base: string }) => `${p.name} at ${p.base}`,
    (p) => `${p.name}（使用镜像站 ${p.base}）`,
  ),
  switched: phrase(
    (p: { name: string; base: string; paths: string }) =>
      `packages of ${p.name} now come from ${p.base} (${p.paths})`,
    (p) => `${p.name} 的软件包现在来自 ${p.base}（${p.paths}）`,
  ),
  switchedAlready: phrase(
    (p: { base: string }) => `packages of the distribution come from ${p.base} already`,
    (p) => `发行版的软件包已经来自 ${p.base}`,
  ),
  nothingToSwitch: phrase(
    (p: { name: string; paths: string }) =>
      `no repository of "${p.name}" was found in "${p.paths}"; wanted one that a mirror can stand in for`,
    (p) => `在"${p.paths}"中没有找到"${p.name}"的软件源；需要一个可由镜像站替代的软件源`,
  ),
  nothingToSwitchRemedy: text(
    "Enter the mirror by hand, or leave --distribution-mirror out: berth changes only entries that it knows to be the distribution's own.",
    '请手动填写镜像站，或去掉 --distribution-mirror：berth 只修改它确知属于发行版自身的条目。',
  ),
  mirrorUnknown: phrase(
    (p: { name: string; known: string }) =>
      `"${p.name}" is neither a URL nor a mirror of packages in the catalogue; there are: ${p.known}`,
    (p) => `"${p.name}"既不是 URL，也不是目录中的软件包镜像站；现有：${p.known}`,
  ),
  mirrorUnknownRemedy: text(
    'For example: --distribution-mirror https://mirrors.example.org',
    '例如：--distribution-mirror https://mirrors.example.org',
  ),
  mirrorUnfit: phrase(
    (p: { url: string; why: string }) =>
      `the mirror does not serve this distribution as it must: "${p.url}" ${p.why}; nothing was changed`,
    (p) => `该镜像站不能正常提供本发行版："${p.url}"${p.why}；未做任何更改`,
  ),
  mirrorUnfitRemedy: text(
    'Name another mirror, or one that has this release and architecture.',
    '请换用其他镜像站，或包含该版本和架构的镜像站。',
  ),
  whyAbsent: text('is not there', '不存在'),
  whyEmpty: text('is empty', '为空'),
  whyNoIndex: text('is not an index of rpm packages', '不是 rpm 软件包索引'),
  whyUnsigned: text('is not signed', '没有签名'),
  whyForeign: text('is not signed by a key that this host trusts', '没有由本机信任的密钥签名'),
};

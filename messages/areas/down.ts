import { phrase, text } from '../message.ts';

/** `berth down`: its options, questions, stages and its end. */
export const downMessages = {
  optionPurge: text('remove containers, images and volumes too', '同时删除容器、镜像和卷'),
  optionKeepPackages: text('leave the packages that berth installed', '保留 berth 安装的软件包'),
  optionYes: text('ask nothing', '不询问'),
  optionJson: text('print the result as JSON, and nothing else', '只以 JSON 输出结果'),
  stageStopping: text('Stopping containers', '停止容器'),
  stopped: phrase(
    (p: { count: number }) => `${p.count} stopped`,
    (p) => `已停止 ${p.count} 个`,
  ),
  stageUndoing: text('Undoing', '撤销更改'),
  lost: phrase(
    (p: { loss: string }) => `This is lost for good: ${p.loss}`,
    (p) => `以下内容将永久丢失：${p.loss}`,
  ),
  askLoss: phrase(
    (p: { loss: string }) => `Remove ${p.loss} for good?`,
    (p) => `永久删除${p.loss}？`,
  ),
  askUndo: text('Undo what berth did to this host?', '撤销 berth 对本机所做的更改？'),
  notAllUndone: phrase(
    (p: { problems: string }) => `not everything could be undone: ${p.problems}`,
    (p) => `未能全部撤销：${p.problems}`,
  ),
  notAllUndoneRemedy: text(
    'Put right what the message names, then run "berth down" again: it goes on with what remains.',
    '请解决消息中指出的问题，然后再次执行 "berth down"：它会继续处理剩余部分。',
  ),
  nothingToUndo: text(
    'Nothing to undo: berth has not set up this host.',
    '没有可撤销的内容：berth 没有配置过本机。',
  ),
  removedItself: phrase(
    (p: { version: string; path: string }) => `berth ${p.version} itself is removed from ${p.path}`,
    (p) => `已从 ${p.path} 移除 berth ${p.version} 本身`,
  ),
  nothingChanged: text('Nothing was changed.', '没有做任何更改。'),
  isDown: text('berth is down; the host is as it was.', 'berth 的配置已撤销；主机已恢复原状。'),
  isDownButInstalled: phrase(
    (p: { path: string }) =>
      `berth is down. The host is as it was, but for berth itself in ${p.path}; remove it with: berth down --purge`,
    (p) =>
      `berth 的配置已撤销。除 ${p.path} 中的 berth 本身外，主机恢复原状；如需删除：berth down --purge`,
  ),
  keptData: phrase(
    (p: { data: string }) => `kept: ${p.data}; remove it with: berth down --purge`,
    (p) => `保留：${p.data}；如需删除：berth down --purge`,
  ),
  note: phrase(
    (p: { note: string }) => `note: ${p.note}`,
    (p) => `注意：${p.note}`,
  ),
  containers: phrase(
    (p: { count: number }) => `${p.count} containers`,
    (p) => `${p.count} 个容器`,
  ),
  images: phrase(
    (p: { count: number }) => `${p.count} images`,
    (p) => `${p.count} 个镜像`,
  ),
  volumes: phrase(
    (p: { count: number }) => `${p.count} volumes`,
    (p) => `${p.count} 个卷`,
  ),
  data: text('container data', '容器数据'),
  inventory: phrase(
    (p: { what: string; size: string; folders: string }) => `${p.what} (${p.size} in ${p.folders})`,
    (p) => `${p.what}（${p.folders} 中共 ${p.size}）`,
  ),
  unstoppable: phrase(
    (p: { failed: number; total: number; problems: string }) =>
      `${p.failed} of ${p.total} containers did not stop: ${p.problems}`,
    (p) => `${p.total} 个容器中有 ${p.failed} 个没有停止：${p.problems}`,
  ),
  unstoppableRemedy: text(
    'See "berth ps", stop them with "berth kill", then run "berth down" again.',
    '请查看 "berth ps"，用 "berth kill" 停止它们，然后再次执行 "berth down"。',
  ),
};

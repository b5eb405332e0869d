import { phrase, text } from '../message.ts';

/** The table of `berth mirrors status`. */
export const mirrorScoreMessages = {
  headRegistry: text('REGISTRY', '镜像仓库'),
  headSource: text('SOURCE', '来源'),
  headKind: text('KIND', '类型'),
  headState: text('STATE', '状态'),
  headFirstByte: text('FIRST BYTE', '首字节'),
  headThroughput: text('THROUGHPUT', '吞吐量'),
  headServed: text('SERVED', '已提供'),
  headBlobs: text('BLOBS', '数据块'),
  headErrors: text('ERRORS', '错误'),
  headWrong: text('WRONG', '内容不符'),
  headLastUsed: text('LAST USED', '上次使用'),
  kindMirror: text('mirror', '镜像源'),
  kindOrigin: text('origin', '原始仓库'),
  stateUntried: text('untried', '未使用过'),
  stateGood: text('good', '正常'),
  stateFailing: text('failing', '近期出错'),
  stateDropped: text('dropped', '已停用'),
  never: text('never', '从未'),
  justNow: text('just now', '刚刚'),
  minutesAgo: phrase(
    (p: { count: number }) => `${p.count} minutes ago`,
    (p) => `${p.count} 分钟前`,
  ),
  hoursAgo: phrase(
    (p: { count: number }) => `${p.count} hours ago`,
    (p) => `${p.count} 小时前`,
  ),
  daysAgo: phrase(
    (p: { count: number }) => `${p.count} days ago`,
    (p) => `${p.count} 天前`,
  ),
};

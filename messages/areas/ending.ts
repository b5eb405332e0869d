import { phrase, text } from '../message.ts';

/** How a command ends before its time: wrong use, Ctrl-C, a bug. */
export const endingMessages = {
  remedyLabel: text('remedy: ', '解决办法：'),
  bug: text(
    'This is a bug of berth: please report it with the lines above.',
    '这是 berth 的缺陷：请附上以上内容提交问题报告。',
  ),
  stillUndoing: text(
    'berth: still undoing what was begun; please wait',
    'berth：仍在撤销已开始的操作，请稍候',
  ),
  askedToStop: phrase(
    (p: { signal: string }) => `${p.signal} asked berth to stop`,
    (p) => `收到 ${p.signal}，berth 停止`,
  ),
  startOver: text('Run the same command again to start over.', '再次执行同一命令即可重新开始。'),
  seeHelp: phrase(
    (p: { help: string }) => `See "${p.help}".`,
    (p) => `请参阅"${p.help}"。`,
  ),
};

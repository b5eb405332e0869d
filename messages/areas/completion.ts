import { text } from '../message.ts';

/** What `berth completion` says. */
export const completionMessages = {
  summary: text(
    'print what a shell needs to complete command lines of berth',
    '输出 shell 补全 berth 命令行所需的脚本',
  ),
  complete: text('answer a shell that completes a command line', '应答 shell 的补全请求'),
  shell: text('shell that is to complete them', '需要补全的 shell'),
  words: text(
    'words of the command line; the last one is completed',
    '命令行的各个单词，补全最后一个',
  ),
};
